-- Without INDEXED BY the given index is taken and the whole queue sorted. The
-- caller stops when it has enough; (?2, ?3) is where it starts.
SELECT id, state, queue, worker, args, priority, attempt, max_attempts, free_attempts, timeout_s,
  scheduled_at, attempted_at, completed_at, inserted_at, errors, unique_key, result, progress,
  progress_note, node
FROM zzz_jobs INDEXED BY idx_zzz_jobs_available
WHERE queue = ?1 AND state = 0 AND (priority, id) > (?2, ?3)
ORDER BY priority, id
