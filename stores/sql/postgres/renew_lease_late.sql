-- As renew_lease, where that has not happened for too long. It waits for nobody: whoever
-- has the row locked renews it, or removes it.
UPDATE :"schema".zzz_jobs_nodes
SET beat = floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint
WHERE id = (SELECT id FROM :"schema".zzz_jobs_nodes WHERE id = $1::bigint AND beat > 0
            FOR NO KEY UPDATE SKIP LOCKED)
RETURNING beat
