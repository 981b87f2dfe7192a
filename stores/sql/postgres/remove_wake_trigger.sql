DROP TRIGGER IF EXISTS zzz_jobs_wake ON :"schema".zzz_jobs;
DROP FUNCTION IF EXISTS :"schema".zzz_jobs_wake();
