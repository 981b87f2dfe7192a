SELECT 1 FROM zzz_jobs INDEXED BY idx_zzz_jobs_available WHERE queue = ?1 AND state = 0 LIMIT 1
