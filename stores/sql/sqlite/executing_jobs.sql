-- Through the given index, queue by queue: final jobs are not walked.
WITH RECURSIVE queues (queue) AS (
  SELECT min(queue) FROM zzz_jobs
  UNION ALL
  SELECT (SELECT min(queue) FROM zzz_jobs WHERE queue > queues.queue)
  FROM queues WHERE queues.queue IS NOT NULL
)
SELECT j.id, j.attempt, j.node, coalesce(j.attempted_at, j.inserted_at)
FROM queues CROSS JOIN zzz_jobs j INDEXED BY idx_zzz_jobs_claim
WHERE j.queue = queues.queue AND j.state = 1 AND j.node IS NOT ?1
