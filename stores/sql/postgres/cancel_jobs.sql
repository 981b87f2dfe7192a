-- Locked by rising id, so that two of these do not wait for each other; what is not
-- changed is said too, as it was.
WITH job AS MATERIALIZED (
  SELECT id, state, attempt, queue FROM :"schema".zzz_jobs
  WHERE id = ANY($1::bigint[]) ORDER BY id FOR UPDATE
), changed AS (
  UPDATE :"schema".zzz_jobs j SET state = 5, completed_at = $2::bigint, node = NULL
  FROM job WHERE j.id = job.id AND job.state IN (0, 1, 3, 6)
  RETURNING j.id
)
SELECT job.id, job.state, job.attempt, job.queue, changed.id IS NOT NULL, false
FROM job LEFT JOIN changed ON changed.id = job.id
