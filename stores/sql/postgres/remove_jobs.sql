-- As cancel_jobs.
WITH job AS MATERIALIZED (
  SELECT id, state, attempt, queue FROM :"schema".zzz_jobs
  WHERE id = ANY($1::bigint[]) ORDER BY id FOR UPDATE
), changed AS (
  DELETE FROM :"schema".zzz_jobs j USING job WHERE j.id = job.id AND job.state <> 1
  RETURNING j.id
)
SELECT job.id, job.state, job.attempt, job.queue, changed.id IS NOT NULL, false
FROM job LEFT JOIN changed ON changed.id = job.id
