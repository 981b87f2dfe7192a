-- Executions whose claim was committed and never heard of: they did not start. They
-- are those that were last written by the transaction that marked the turn, but for
-- those that run, and of which it wrote the progress.
UPDATE :"schema".zzz_jobs
SET state = 0, free_attempts = free_attempts + 1, node = NULL
WHERE queue = ANY($3::text[]) AND state = 1 AND progress IS NULL
  AND xmin = (SELECT xmin FROM :"schema".zzz_jobs_turns
              WHERE node = $1::bigint AND turn = $2::bigint)
