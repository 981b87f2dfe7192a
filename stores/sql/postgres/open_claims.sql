SELECT id, attempt FROM :"schema".zzz_jobs
WHERE queue = $1::text AND state = 1 AND node = $2::bigint ORDER BY id
