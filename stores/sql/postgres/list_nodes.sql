SELECT id, CASE label WHEN '' THEN name ELSE label END, address, version, pid, started_at,
  beat + lease_s * 1000::bigint > extract(epoch FROM clock_timestamp()) * 1000
FROM :"schema".zzz_jobs_nodes
ORDER BY id
