-- One range of the given index after the other, without sorting or touching rows.
WITH RECURSIVE queues (queue) AS (
  SELECT min(queue) FROM :"schema".zzz_jobs
  UNION ALL
  SELECT (SELECT min(queue) FROM :"schema".zzz_jobs WHERE queue > queues.queue)
  FROM queues WHERE queues.queue IS NOT NULL
)
SELECT queues.queue, states.state, counted.jobs
FROM queues
CROSS JOIN (VALUES (0), (1), (2), (3), (4), (5), (6)) states (state)
CROSS JOIN LATERAL (SELECT count(*) AS jobs FROM :"schema".zzz_jobs
  WHERE queue = queues.queue AND state = states.state) counted
WHERE queues.queue IS NOT NULL AND counted.jobs > 0
