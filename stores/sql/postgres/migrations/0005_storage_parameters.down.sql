DELETE FROM :"schema".zzz_jobs_migrations WHERE version = 5;
ALTER TABLE :"schema".zzz_jobs RESET (
  fillfactor,
  autovacuum_vacuum_scale_factor,
  autovacuum_vacuum_threshold,
  autovacuum_vacuum_cost_delay,
  autovacuum_vacuum_insert_scale_factor,
  autovacuum_analyze_scale_factor,
  autovacuum_analyze_threshold
);
ALTER TABLE :"schema".zzz_jobs_nodes RESET (fillfactor);
