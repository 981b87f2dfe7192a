UPDATE zzz_jobs SET state = 0
WHERE id IN (SELECT id FROM zzz_jobs INDEXED BY idx_zzz_jobs_due
             WHERE state IN (3, 6) AND scheduled_at <= ?1 ORDER BY scheduled_at LIMIT ?2)
