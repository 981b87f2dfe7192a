SELECT coalesce(max(version), 0) FROM zzz_jobs_migrations
