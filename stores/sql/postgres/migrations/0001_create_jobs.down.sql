-- Only where nothing is lost by it: a table with rows stays, and says so.
SET LOCAL search_path TO :"schema", pg_temp;
DO $$
BEGIN
  LOCK TABLE zzz_jobs IN ACCESS EXCLUSIVE MODE;
  IF EXISTS (SELECT FROM zzz_jobs) THEN
    RAISE EXCEPTION 'table zzz_jobs has rows: it is only dropped when empty'
      USING ERRCODE = 'object_not_in_prerequisite_state';
  END IF;
END
$$;
DROP TABLE :"schema".zzz_jobs;
-- Of the wake-up trigger, which went with the table.
DROP FUNCTION IF EXISTS :"schema".zzz_jobs_wake();
DROP TABLE :"schema".zzz_jobs_migrations;
