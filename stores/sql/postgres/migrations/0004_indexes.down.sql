DELETE FROM :"schema".zzz_jobs_migrations WHERE version = 4;
DROP INDEX :"schema".idx_zzz_jobs_available, :"schema".idx_zzz_jobs_due,
  :"schema".idx_zzz_jobs_unique;
