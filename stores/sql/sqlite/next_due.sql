SELECT scheduled_at FROM zzz_jobs INDEXED BY idx_zzz_jobs_due
WHERE state IN (3, 6) ORDER BY scheduled_at LIMIT 1
