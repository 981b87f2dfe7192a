SELECT id, coalesce(completed_at, attempted_at, inserted_at) FROM zzz_jobs
WHERE state = ?1 ORDER BY id LIMIT ?2
