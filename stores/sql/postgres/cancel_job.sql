UPDATE :"schema".zzz_jobs SET state = 5, completed_at = $2::bigint, node = NULL
WHERE id = $1::bigint AND state IN (0, 1, 3, 6)
