-- Makes room for jobs that replace others, and says which of these were running.
WITH holder AS MATERIALIZED (
  SELECT id, state FROM :"schema".zzz_jobs
  WHERE unique_key = ANY($1::text[]) AND unique_key IS NOT NULL
    AND (state = 0 OR state = 1 OR state = 3 OR state = 6)
  FOR UPDATE
)
UPDATE :"schema".zzz_jobs j SET state = 5, completed_at = $2::bigint, node = NULL
FROM holder WHERE j.id >= holder.id AND j.id <= holder.id
RETURNING j.unique_key, j.id, j.attempt, holder.state = 1 AS was_executing
