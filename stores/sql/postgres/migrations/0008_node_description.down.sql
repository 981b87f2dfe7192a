DELETE FROM :"schema".zzz_jobs_migrations WHERE version = 8;
ALTER TABLE :"schema".zzz_jobs_nodes
  DROP COLUMN label, DROP COLUMN address, DROP COLUMN version, DROP COLUMN pid;
