-- One range of the given index after the other, without sorting or touching rows.
WITH RECURSIVE queues (queue) AS (
  SELECT min(queue) FROM zzz_jobs
  UNION ALL
  SELECT (SELECT min(queue) FROM zzz_jobs WHERE queue > queues.queue)
  FROM queues WHERE queues.queue IS NOT NULL
), states (state) AS (VALUES (0), (1), (2), (3), (4), (5), (6))
SELECT queues.queue, states.state,
  (SELECT count(*) FROM zzz_jobs INDEXED BY idx_zzz_jobs_claim
   WHERE queue = queues.queue AND state = states.state) AS jobs
FROM queues CROSS JOIN states
WHERE queues.queue IS NOT NULL AND jobs > 0
