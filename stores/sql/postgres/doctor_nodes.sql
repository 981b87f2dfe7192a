-- A node that listens holds its session lock with the connection that does.
SELECT n.id, n.name, n.beat + n.lease_s * 1000::bigint > clock.now_ms AS is_alive, n.session,
  EXISTS (
    SELECT FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid
    WHERE l.locktype = 'advisory' AND l.objsubid = 2 AND l.granted
      AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
      AND l.classid = (quote_ident(:'schema') || '.zzz_jobs_nodes')::regclass::oid
      AND l.objid = n.id::oid AND starts_with(a.application_name, 'zzz_jobs watch')
  ) AS is_listening
FROM :"schema".zzz_jobs_nodes n
CROSS JOIN (SELECT floor(extract(epoch FROM clock_timestamp()) * 1000) AS now_ms) clock
ORDER BY n.id
