-- Jobs without a key, in the order of the arrays.
INSERT INTO :"schema".zzz_jobs
  (state, queue, worker, args, priority, max_attempts, scheduled_at, inserted_at, timeout_s)
SELECT u.state, u.queue, u.worker, u.args, u.priority, u.max_attempts, u.scheduled_at, $9::bigint,
  u.timeout_s
FROM unnest($1::integer[], $2::text[], $3::text[], $4::text[], $5::integer[], $6::integer[],
    $7::bigint[], $8::integer[])
  u (state, queue, worker, args, priority, max_attempts, scheduled_at, timeout_s)
RETURNING id
