-- What a node needs, and no right to change the tables.
BEGIN;
GRANT USAGE ON SCHEMA :"schema" TO :"role";
GRANT SELECT, INSERT, UPDATE, DELETE
  ON :"schema".zzz_jobs, :"schema".zzz_jobs_nodes, :"schema".zzz_jobs_turns,
  :"schema".zzz_jobs_queues, :"schema".zzz_jobs_cron
  TO :"role";
GRANT SELECT ON :"schema".zzz_jobs_migrations TO :"role";
GRANT EXECUTE ON FUNCTION :"schema".zzz_jobs_enqueue(text, text, text, integer, integer, bigint,
  bigint, text, text, integer, boolean) TO :"role";
-- Whoever made the table chose its sequence's name.
SELECT set_config('zzz_jobs.schema', :'schema', true), set_config('zzz_jobs.role', :'role', true);
DO $$
DECLARE
  jobs CONSTANT text := format('%I.zzz_jobs', current_setting('zzz_jobs.schema'));
  numbers text;
BEGIN
  FOREACH numbers IN ARRAY ARRAY[pg_get_serial_sequence(jobs, 'id'),
                                 pg_get_serial_sequence(jobs || '_nodes', 'id')]
  LOOP
    IF numbers IS NOT NULL THEN
      EXECUTE format('GRANT USAGE ON SEQUENCE %s TO %I', numbers,
                     current_setting('zzz_jobs.role'));
    END IF;
  END LOOP;
END
$$;
COMMIT;
