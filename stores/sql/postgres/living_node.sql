-- Any node that has not stopped and whose lease has not run out.
SELECT id, name FROM :"schema".zzz_jobs_nodes
WHERE beat + lease_s * 1000::bigint > floor(extract(epoch FROM clock_timestamp()) * 1000)
LIMIT 1
