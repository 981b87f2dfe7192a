UPDATE :"schema".zzz_jobs_nodes
SET label = $2::text, address = $3::text, version = $4::text, pid = $5::bigint
WHERE id = $1::bigint
