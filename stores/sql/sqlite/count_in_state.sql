WITH RECURSIVE queues (queue) AS (
  SELECT min(queue) FROM zzz_jobs
  UNION ALL
  SELECT (SELECT min(queue) FROM zzz_jobs WHERE queue > queues.queue)
  FROM queues WHERE queues.queue IS NOT NULL
)
SELECT coalesce(sum((SELECT count(*) FROM zzz_jobs INDEXED BY idx_zzz_jobs_claim
                     WHERE queue = queues.queue AND state = ?1)), 0)
FROM queues WHERE queues.queue IS NOT NULL
