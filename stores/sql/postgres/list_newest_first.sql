SELECT id, state, queue, worker, args, priority, attempt, max_attempts, free_attempts, timeout_s,
  scheduled_at, attempted_at, completed_at, inserted_at, errors, unique_key, result, progress,
  progress_note, node
FROM :"schema".zzz_jobs
WHERE ($1::bigint = 0 OR id < $1::bigint) AND state BETWEEN 0 AND 6
  AND ($2::integer IS NULL OR state = $2::integer) AND ($3::text IS NULL OR queue = $3::text)
  AND ($4::text IS NULL OR worker = $4::text)
  AND ($5::text IS NULL OR unique_key = $5::text)
ORDER BY id DESC LIMIT $6::integer
