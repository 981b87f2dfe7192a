CREATE TABLE IF NOT EXISTS zzz_jobs_migrations (
  version INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  applied_at BIGINT NOT NULL
)
