DELETE FROM :"schema".zzz_jobs_migrations WHERE version = 7;
ALTER TABLE :"schema".zzz_jobs_cron DROP COLUMN paused;
