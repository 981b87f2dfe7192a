-- Direct start: the rows are claimed by their insertion, unless the queue ($10) is
-- paused or something waits in it, which would come first. $11: the node.
INSERT INTO :"schema".zzz_jobs
  (state, queue, worker, args, priority, max_attempts, scheduled_at, inserted_at, timeout_s,
   attempt, attempted_at, node)
SELECT CASE WHEN busy.yes THEN 0 ELSE 1 END, u.queue, u.worker, u.args, u.priority,
  u.max_attempts, u.scheduled_at, $9::bigint, u.timeout_s,
  CASE WHEN busy.yes THEN 0 ELSE 1 END, CASE WHEN busy.yes THEN NULL ELSE $9::bigint END,
  CASE WHEN busy.yes THEN NULL ELSE $11::bigint END
FROM (SELECT EXISTS (SELECT FROM :"schema".zzz_jobs
        WHERE queue = $10::text AND state = 0 AND scheduled_at <= $9::bigint)
      OR EXISTS (SELECT FROM :"schema".zzz_jobs_queues WHERE name = $10::text AND paused)
      OR NOT EXISTS (SELECT FROM :"schema".zzz_jobs_nodes WHERE id = $11::bigint) AS yes) busy
CROSS JOIN unnest($1::integer[], $2::text[], $3::text[], $4::text[], $5::integer[], $6::integer[],
    $7::bigint[], $8::integer[])
  u (state, queue, worker, args, priority, max_attempts, scheduled_at, timeout_s)
RETURNING id, state
