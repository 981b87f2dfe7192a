SELECT version, name, applied_at FROM :"schema".zzz_jobs_migrations ORDER BY version
