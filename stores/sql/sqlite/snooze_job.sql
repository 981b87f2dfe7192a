UPDATE zzz_jobs SET state = 6, scheduled_at = ?3, free_attempts = free_attempts + 1, node = NULL
WHERE id = ?1 AND state = 1 AND attempt = ?2
