UPDATE :"schema".zzz_jobs SET state = 0, scheduled_at = $2::bigint, free_attempts = attempt,
  completed_at = NULL, node = NULL
WHERE id = $1::bigint AND state IN (2, 3, 4, 5, 6)
