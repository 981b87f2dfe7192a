DELETE FROM :"schema".zzz_jobs_migrations WHERE version = 6;
DROP FUNCTION :"schema".zzz_jobs_enqueue(text, text, text, integer, integer, bigint, bigint, text,
  text, integer, boolean);
