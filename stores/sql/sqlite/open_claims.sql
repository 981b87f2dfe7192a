SELECT id, attempt FROM zzz_jobs INDEXED BY idx_zzz_jobs_claim
WHERE queue = ?1 AND state = 1 AND node = ?2 ORDER BY id
