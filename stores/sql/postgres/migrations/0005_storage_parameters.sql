INSERT INTO :"schema".zzz_jobs_migrations (version, name, applied_at)
VALUES (5, '0005_storage_parameters', floor(extract(epoch FROM clock_timestamp())));

-- Every change of state leaves a dead row, and claims walk past those that
-- are not vacuumed: vacuum comes after so many of them, not after a share of the
-- table, and does not pause. Room on each page keeps old and new version together.
ALTER TABLE :"schema".zzz_jobs SET (
  fillfactor = 70,
  autovacuum_vacuum_scale_factor = 0,
  autovacuum_vacuum_threshold = 50000,
  autovacuum_vacuum_cost_delay = 0,
  autovacuum_vacuum_insert_scale_factor = 0.2,
  autovacuum_analyze_scale_factor = 0,
  autovacuum_analyze_threshold = 500000
);
ALTER TABLE :"schema".zzz_jobs_nodes SET (fillfactor = 50);
