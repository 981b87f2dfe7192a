UPDATE zzz_jobs SET state = 0, scheduled_at = ?2, free_attempts = attempt, completed_at = NULL,
  node = NULL
WHERE id = ?1 AND state IN (2, 3, 4, 5, 6)
