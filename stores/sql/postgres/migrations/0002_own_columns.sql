INSERT INTO :"schema".zzz_jobs_migrations (version, name, applied_at)
VALUES (2, '0002_own_columns', floor(extract(epoch FROM clock_timestamp())));

-- What we keep besides the published columns. All have defaults, so a program
-- that does not know them can insert.
ALTER TABLE :"schema".zzz_jobs
  ADD COLUMN node BIGINT, -- the owner while executing
  ADD COLUMN free_attempts INTEGER NOT NULL DEFAULT 0,
  ADD COLUMN timeout_s INTEGER NOT NULL DEFAULT 300,
  ADD COLUMN result TEXT,
  ADD COLUMN progress INTEGER, -- 0 to 100
  ADD COLUMN progress_note TEXT;
