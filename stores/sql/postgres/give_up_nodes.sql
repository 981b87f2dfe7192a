-- Nodes $1 that have not beaten since they were seen with the beats $2 are dead from now
-- on: they renew no more (renew_lease.sql). Which.
UPDATE :"schema".zzz_jobs_nodes n SET beat = 0
FROM unnest($1::bigint[], $2::bigint[]) seen (id, beat)
WHERE n.id = seen.id AND n.beat = seen.beat
RETURNING n.id::bigint
