UPDATE zzz_jobs SET state = 3, scheduled_at = ?3, node = NULL, errors = ?4
WHERE id = ?1 AND state = 1 AND attempt = ?2
