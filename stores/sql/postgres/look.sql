-- What others may have done since the last look, in one statement: the time; when
-- the next waiting job is due; which of the queues $2 have jobs after all; how many
-- other nodes there are; and those of them that may be dead. A lease that ran out is
-- proof, a session lock that nobody holds is suspicion; but whatever keeps all nodes
-- from the database lets them come back one after the other, so both count only for
-- nodes that have beaten since our own session began ($4), or when that is so long
-- ago that every living node is back; or where another node has said so (beat 0). Of
-- nodes on this machine ($5) the processes can be looked at.
SELECT 'time', NULL, floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint, NULL::bigint
UNION ALL
SELECT 'due', NULL, (SELECT scheduled_at FROM :"schema".zzz_jobs
  WHERE state IN (3, 6) ORDER BY scheduled_at LIMIT 1), NULL
UNION ALL
SELECT 'jobs', queue, NULL, NULL FROM unnest($2::text[]) queue
WHERE EXISTS (SELECT FROM :"schema".zzz_jobs j WHERE j.queue = queue.queue AND j.state = 0
  AND j.scheduled_at <= $3::bigint OFFSET 0)
UNION ALL
SELECT 'peers', NULL, count(*), NULL FROM :"schema".zzz_jobs_nodes WHERE id <> $1::bigint
UNION ALL
SELECT CASE WHEN NOT can_judge THEN 'neighbour' WHEN is_expired THEN 'expired'
    WHEN is_alone THEN 'suspect' ELSE 'neighbour' END, process, id, beat
FROM (
  SELECT n.id, n.beat, n.process, clock.ms > n.beat + n.lease_s * 1000::bigint AS is_expired,
    n.beat > $4::bigint OR clock.ms > $4::bigint + 10000 OR n.beat = 0 AS can_judge,
    n.session AND NOT EXISTS (SELECT FROM pg_locks l
      WHERE l.locktype = 'advisory' AND l.granted
        AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
        AND l.classid = (quote_ident(:'schema') || '.zzz_jobs_nodes')::regclass
        AND l.objid = n.id::oid) AS is_alone
  FROM :"schema".zzz_jobs_nodes n
  CROSS JOIN (SELECT floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint AS ms) clock
  WHERE n.id <> $1::bigint
) other
WHERE (can_judge AND (is_expired OR is_alone)) OR ($5::text <> '' AND starts_with(process, $5::text))
