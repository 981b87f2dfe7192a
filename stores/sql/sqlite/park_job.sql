UPDATE zzz_jobs SET state = 6 WHERE id = ?1 AND state = 0
