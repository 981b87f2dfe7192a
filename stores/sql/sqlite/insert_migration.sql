INSERT INTO zzz_jobs_migrations (version, name, applied_at) VALUES (?1, ?2, ?3)
