-- INSERTs of programs that know nothing of us wake idle nodes: one notification
-- per queue and statement. Our own sessions do that in a cheaper way.
CREATE OR REPLACE FUNCTION :"schema".zzz_jobs_wake() RETURNS trigger
LANGUAGE plpgsql
AS $function$
BEGIN
  IF NOT starts_with(current_setting('application_name'), 'zzz_jobs') THEN
    -- A name that is too long for a payload stands for all queues.
    PERFORM pg_notify('zzz_jobs_' || TG_RELID,
                      CASE WHEN octet_length(q.queue) > 7000 THEN 'jobs' ELSE ':' || q.queue END)
    FROM (SELECT DISTINCT queue FROM inserted WHERE state IN (0, 3, 6)) q;
  END IF;
  RETURN NULL;
END
$function$;
CREATE OR REPLACE TRIGGER zzz_jobs_wake AFTER INSERT ON :"schema".zzz_jobs
  REFERENCING NEW TABLE AS inserted
  FOR EACH STATEMENT EXECUTE FUNCTION :"schema".zzz_jobs_wake();
