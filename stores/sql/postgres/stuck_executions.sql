-- Executions of programs that are no nodes, claimed before $1.
WITH RECURSIVE queues (queue) AS (
  SELECT min(queue) FROM :"schema".zzz_jobs
  UNION ALL
  SELECT (SELECT min(queue) FROM :"schema".zzz_jobs WHERE queue > queues.queue)
  FROM queues WHERE queues.queue IS NOT NULL
)
SELECT j.id, j.attempt
FROM queues
JOIN :"schema".zzz_jobs j ON j.queue = queues.queue AND j.state = 1 AND j.node IS NULL
WHERE queues.queue IS NOT NULL AND coalesce(j.attempted_at, 0) < $1::bigint
ORDER BY j.id LIMIT $2::integer
