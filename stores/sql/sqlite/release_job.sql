UPDATE zzz_jobs SET state = 0, free_attempts = free_attempts + 1, node = NULL
WHERE id = ?1 AND state = 1 AND attempt = ?2
