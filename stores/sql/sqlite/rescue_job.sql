UPDATE zzz_jobs SET state = 0, node = NULL, errors = ?3
WHERE id = ?1 AND state = 1 AND attempt = ?2
