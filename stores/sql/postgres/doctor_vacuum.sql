SELECT current_setting('autovacuum')::boolean AND current_setting('track_counts')::boolean
    AS is_on_server,
  coalesce(max(o.option_value) FILTER (WHERE o.option_name = 'autovacuum_enabled'), 'on')::boolean
    AS is_on_table,
  coalesce(max(o.option_value) FILTER (WHERE o.option_name = 'autovacuum_vacuum_threshold'),
           current_setting('autovacuum_vacuum_threshold'))::bigint
  + floor(coalesce(max(o.option_value) FILTER (
                     WHERE o.option_name = 'autovacuum_vacuum_scale_factor'),
                   current_setting('autovacuum_vacuum_scale_factor'))::float
          * greatest(max(c.reltuples), 0))::bigint AS due_at,
  coalesce(pg_stat_get_dead_tuples(c.oid), 0) AS dead_rows,
  coalesce(floor(extract(epoch FROM clock_timestamp() - greatest(
    pg_stat_get_last_vacuum_time(c.oid), pg_stat_get_last_autovacuum_time(c.oid)))), -1)::bigint
    AS vacuumed_s_ago
FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN LATERAL pg_options_to_table(c.reloptions) o ON true
WHERE n.nspname = :'schema' AND c.relname = 'zzz_jobs'
GROUP BY c.oid
