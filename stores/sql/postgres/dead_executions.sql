-- Executions whose owner ($1) is dead, or no node at all any more, in the order in
-- which all nodes write them. The queues come from the given index, a step for
-- each; then only its executing rows are walked.
WITH RECURSIVE queues (queue) AS (
  SELECT min(queue) FROM :"schema".zzz_jobs
  UNION ALL
  SELECT (SELECT min(queue) FROM :"schema".zzz_jobs WHERE queue > queues.queue)
  FROM queues WHERE queues.queue IS NOT NULL
)
SELECT j.id, j.attempt, coalesce(n.name, 'node ' || j.node)
FROM queues
JOIN :"schema".zzz_jobs j ON j.queue = queues.queue AND j.state = 1 AND j.node IS NOT NULL
LEFT JOIN :"schema".zzz_jobs_nodes n ON n.id = j.node
WHERE queues.queue IS NOT NULL AND (n.id IS NULL OR n.id = ANY($1::bigint[]))
ORDER BY j.id LIMIT $2::integer
