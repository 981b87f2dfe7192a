-- What others may have done since the last look, in one statement: the time; when
-- the next waiting job is due; which of the queues $2 have jobs after all; the
-- nodes besides $1 that are dead, or may be: a lease that ran out is proof, a
-- session lock that nobody holds is suspicion. It counts only for nodes that have
-- beaten since this server started, because a server's end ends all sessions.
SELECT 'time', NULL, floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint, NULL::bigint
UNION ALL
SELECT 'due', NULL, (SELECT scheduled_at FROM :"schema".zzz_jobs
  WHERE state IN (3, 6) ORDER BY scheduled_at LIMIT 1), NULL
UNION ALL
SELECT 'jobs', queue, NULL, NULL FROM unnest($2::text[]) queue
WHERE EXISTS (SELECT FROM :"schema".zzz_jobs j WHERE j.queue = queue.queue AND j.state = 0
  AND j.scheduled_at <= $3::bigint)
UNION ALL
SELECT 'peers', NULL, count(*), NULL FROM :"schema".zzz_jobs_nodes WHERE id <> $1::bigint
UNION ALL
SELECT CASE WHEN clock.ms > n.beat + n.lease_s * 1000::bigint THEN 'dead' ELSE 'suspect' END,
  NULL, n.id, n.beat
FROM :"schema".zzz_jobs_nodes n
CROSS JOIN (SELECT floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint AS ms) clock
WHERE n.id <> $1::bigint
  AND (clock.ms > n.beat + n.lease_s * 1000::bigint
       OR (n.session AND n.beat > extract(epoch FROM pg_postmaster_start_time()) * 1000
           AND NOT EXISTS (SELECT FROM pg_locks l
             WHERE l.locktype = 'advisory' AND l.granted
               AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
               AND l.classid = (quote_ident(:'schema') || '.zzz_jobs_nodes')::regclass
               AND l.objid = n.id::oid)))
