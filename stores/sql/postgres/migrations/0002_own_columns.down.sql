DELETE FROM :"schema".zzz_jobs_migrations WHERE version = 2;
ALTER TABLE :"schema".zzz_jobs
  DROP COLUMN node,
  DROP COLUMN free_attempts,
  DROP COLUMN timeout_s,
  DROP COLUMN result,
  DROP COLUMN progress,
  DROP COLUMN progress_note;
