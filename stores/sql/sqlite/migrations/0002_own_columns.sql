-- What we keep besides the published columns. All have defaults, so a program
-- that does not know them can insert.
ALTER TABLE zzz_jobs ADD COLUMN node BIGINT; -- the owner while executing
ALTER TABLE zzz_jobs ADD COLUMN free_attempts INTEGER NOT NULL DEFAULT 0;
ALTER TABLE zzz_jobs ADD COLUMN timeout_s INTEGER NOT NULL DEFAULT 300;
ALTER TABLE zzz_jobs ADD COLUMN result TEXT;
ALTER TABLE zzz_jobs ADD COLUMN progress INTEGER; -- 0 to 100
ALTER TABLE zzz_jobs ADD COLUMN progress_note TEXT;
