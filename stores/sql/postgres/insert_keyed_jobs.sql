-- The index decides who has a key. The rows that are missing in the answer are
-- those whose key a live job has.
INSERT INTO :"schema".zzz_jobs
  (state, queue, worker, args, priority, max_attempts, scheduled_at, inserted_at, timeout_s,
   unique_key)
SELECT u.state, u.queue, u.worker, u.args, u.priority, u.max_attempts, u.scheduled_at, $9::bigint,
  u.timeout_s, u.unique_key
FROM unnest($1::integer[], $2::text[], $3::text[], $4::text[], $5::integer[], $6::integer[],
    $7::bigint[], $8::integer[], $10::text[])
  u (state, queue, worker, args, priority, max_attempts, scheduled_at, timeout_s, unique_key)
ON CONFLICT (unique_key) WHERE unique_key IS NOT NULL AND state IN (0, 1, 3, 6) DO NOTHING
RETURNING id, unique_key
