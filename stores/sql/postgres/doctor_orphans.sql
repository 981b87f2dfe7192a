-- Executions whose owner's lease ran out more than $1 seconds ago, or that has no
-- row any more; and whether jobs wait. Queue by queue along the given index: final
-- jobs are not walked.
WITH RECURSIVE queues (queue) AS (
  SELECT min(queue) FROM :"schema".zzz_jobs
  UNION ALL
  SELECT (SELECT min(queue) FROM :"schema".zzz_jobs WHERE queue > queues.queue)
  FROM queues WHERE queues.queue IS NOT NULL
), possible_owners AS MATERIALIZED (
  SELECT id FROM :"schema".zzz_jobs_nodes
  WHERE beat + (lease_s + $1::bigint) * 1000 > floor(extract(epoch FROM clock_timestamp()) * 1000)
)
SELECT
  (SELECT count(*) FROM queues JOIN :"schema".zzz_jobs j
   ON j.queue = queues.queue AND j.state = 1 AND j.node IS NOT NULL
     AND NOT EXISTS (SELECT FROM possible_owners o WHERE o.id = j.node)) AS orphans,
  EXISTS (SELECT FROM :"schema".zzz_jobs WHERE state = 0) AS has_waiting
