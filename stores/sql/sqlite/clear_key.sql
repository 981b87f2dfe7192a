UPDATE zzz_jobs SET unique_key = NULL, errors = ?2 WHERE id = ?1
