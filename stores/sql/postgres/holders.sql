-- The condition is that of idx_zzz_jobs_unique, so a key has one row at most.
SELECT unique_key, id, state, attempt, inserted_at, scheduled_at
FROM :"schema".zzz_jobs
WHERE unique_key = ANY($1::text[]) AND unique_key IS NOT NULL
  AND (state = 0 OR state = 1 OR state = 3 OR state = 6)
