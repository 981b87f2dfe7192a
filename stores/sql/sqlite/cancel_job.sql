UPDATE zzz_jobs SET state = 5, completed_at = ?2, node = NULL
WHERE id = ?1 AND state IN (0, 1, 3, 6)
