SELECT id, state, queue, worker, args, priority, attempt, max_attempts, free_attempts, timeout_s,
  scheduled_at, attempted_at, completed_at, inserted_at, errors, unique_key, result, progress,
  progress_note, node
FROM :"schema".zzz_jobs WHERE id = $1::bigint
