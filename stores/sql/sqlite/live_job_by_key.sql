-- The condition is that of idx_zzz_jobs_unique, so at most one row answers.
SELECT id, state, attempt, inserted_at, scheduled_at
FROM zzz_jobs INDEXED BY idx_zzz_jobs_unique
WHERE unique_key = ?1 AND unique_key IS NOT NULL AND state IN (0, 1, 3, 6)
