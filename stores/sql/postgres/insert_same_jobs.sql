-- Jobs that differ in their args alone: one array instead of eight.
INSERT INTO :"schema".zzz_jobs
  (state, queue, worker, args, priority, max_attempts, scheduled_at, inserted_at, timeout_s)
SELECT $1::integer, $2::text, $3::text, args, $5::integer, $6::integer, $7::bigint, $9::bigint,
  $8::integer
FROM unnest($4::text[]) args
RETURNING id
