INSERT INTO :"schema".zzz_jobs_migrations (version, name, applied_at)
VALUES (7, '0007_cron_paused', floor(extract(epoch FROM clock_timestamp())));

ALTER TABLE :"schema".zzz_jobs_cron ADD COLUMN paused BOOLEAN NOT NULL DEFAULT false;
