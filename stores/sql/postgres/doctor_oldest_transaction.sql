-- What keeps vacuum from removing rows: snapshots and unfinished changes in this
-- database. Of other roles' sessions only pg_monitor sees the age.
SELECT seconds, who, remedy FROM (
  SELECT floor(extract(epoch FROM clock_timestamp() - xact_start))::bigint AS seconds,
    format('session %s of role "%s" (application "%s", %s)', pid, usename, application_name, state)
      AS who,
    format('SELECT pg_terminate_backend(%s);', pid) AS remedy
  FROM pg_stat_activity
  WHERE datname = current_database() AND pid <> pg_backend_pid() AND xact_start IS NOT NULL
    AND backend_type <> 'autovacuum worker'
    AND (backend_xmin IS NOT NULL OR backend_xid IS NOT NULL)
  UNION ALL
  SELECT floor(extract(epoch FROM clock_timestamp() - prepared))::bigint,
    format('prepared transaction "%s" of role "%s"', gid, owner),
    format('ROLLBACK PREPARED %L; or COMMIT PREPARED %L;', gid, gid)
  FROM pg_prepared_xacts WHERE database = current_database()
) held
ORDER BY seconds DESC LIMIT 1
