-- By the database's clock; no row: the node was given up for dead.
UPDATE :"schema".zzz_jobs_nodes
SET beat = floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint
WHERE id = $1::bigint AND beat > 0
RETURNING beat
