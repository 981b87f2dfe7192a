SELECT coalesce(max(version), 0) FROM :"schema".zzz_jobs_migrations
