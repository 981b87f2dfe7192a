-- As cancel_jobs. A final job takes its unique key back, if no live one has it; of
-- several the first. A key that somebody else takes meanwhile breaks the index, and
-- the statement is repeated.
WITH job AS MATERIALIZED (
  SELECT id, state, attempt, queue, unique_key, state IN (2, 4, 5) AS is_final
  FROM :"schema".zzz_jobs WHERE id = ANY($1::bigint[]) ORDER BY id FOR UPDATE
), judged AS MATERIALIZED (
  SELECT job.id, job.is_final AND job.unique_key IS NOT NULL AND (
      row_number() OVER (PARTITION BY job.unique_key, job.is_final ORDER BY job.id) > 1
      OR EXISTS (
        SELECT FROM :"schema".zzz_jobs holder
        WHERE holder.unique_key = job.unique_key AND holder.unique_key IS NOT NULL
          AND holder.state IN (0, 1, 3, 6))) AS key_taken
  FROM job
), changed AS (
  UPDATE :"schema".zzz_jobs j SET state = 0, scheduled_at = $2::bigint,
    free_attempts = job.attempt, completed_at = NULL, node = NULL
  FROM job JOIN judged USING (id)
  WHERE j.id = job.id AND job.state IN (2, 3, 4, 5, 6) AND NOT judged.key_taken
  RETURNING j.id
)
SELECT job.id, job.state, job.attempt, job.queue, changed.id IS NOT NULL, judged.key_taken
FROM job JOIN judged USING (id) LEFT JOIN changed ON changed.id = job.id
