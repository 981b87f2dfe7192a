SELECT count(*) FROM zzz_jobs INDEXED BY idx_zzz_jobs_claim WHERE queue = ?1 AND state = ?2
