SELECT id, state, queue, worker, args, priority, attempt, max_attempts, free_attempts, timeout_s,
  scheduled_at, attempted_at, completed_at, inserted_at, errors, unique_key, result, progress,
  progress_note, node
FROM zzz_jobs
WHERE id > ?1 AND state BETWEEN 0 AND 6
  AND (?2 IS NULL OR state = ?2) AND (?3 IS NULL OR queue = ?3)
  AND (?4 IS NULL OR worker = ?4) AND (?5 IS NULL OR unique_key = ?5)
ORDER BY id LIMIT ?6
