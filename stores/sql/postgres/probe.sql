-- Whether there is anything to do at all for queues $1: when the next waiting job is
-- due, and which of them have jobs. Writes nothing, so it waits for no disk.
SELECT 'due', NULL, (SELECT scheduled_at FROM :"schema".zzz_jobs
  WHERE state IN (3, 6) ORDER BY scheduled_at LIMIT 1)
UNION ALL
SELECT 'jobs', queue, NULL FROM unnest($1::text[]) queue
WHERE EXISTS (SELECT FROM :"schema".zzz_jobs j WHERE j.queue = queue.queue AND j.state = 0
  AND j.scheduled_at <= $2::bigint OFFSET 0)
