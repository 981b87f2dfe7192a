INSERT INTO :"schema".zzz_jobs_migrations (version, name, applied_at)
VALUES (6, '0006_enqueue_function', floor(extract(epoch FROM clock_timestamp())));

-- Enqueues a job from SQL: for triggers and programs in other languages. The rules
-- are those of the library with its default limits; what breaks one is refused
-- with ERRCODE 22023. A null argument stands for its default. Answers with the
-- job's id; `conflict` is true where it is that of the live job with the same key.
-- With `wake` (default) idle nodes hear of the job at its commit, at the price that
-- transactions that notify commit one after the other.
CREATE FUNCTION :"schema".zzz_jobs_enqueue(
  worker text,
  args text DEFAULT '{}',
  queue text DEFAULT 'default',
  priority integer DEFAULT 0,
  max_attempts integer DEFAULT 20,
  scheduled_at bigint DEFAULT NULL, -- unix seconds
  delay_s bigint DEFAULT NULL,
  unique_key text DEFAULT NULL,
  unique_strategy text DEFAULT 'ignore_new',
  timeout_s integer DEFAULT 300,
  wake boolean DEFAULT true
) RETURNS TABLE (id bigint, conflict boolean)
LANGUAGE plpgsql VOLATILE SECURITY INVOKER
-- The caller's search_path decides about nothing in here.
SET search_path TO :"schema", pg_temp
AS $function$
#variable_conflict use_column
DECLARE
  the_worker CONSTANT text := coalesce(zzz_jobs_enqueue.worker, '');
  the_args CONSTANT text := coalesce(zzz_jobs_enqueue.args, '{}');
  the_queue CONSTANT text := coalesce(zzz_jobs_enqueue.queue, 'default');
  the_priority CONSTANT integer := coalesce(zzz_jobs_enqueue.priority, 0);
  the_max_attempts CONSTANT integer := coalesce(zzz_jobs_enqueue.max_attempts, 20);
  the_timeout_s CONSTANT integer := coalesce(zzz_jobs_enqueue.timeout_s, 300);
  the_key CONSTANT text := zzz_jobs_enqueue.unique_key;
  the_strategy CONSTANT text := coalesce(zzz_jobs_enqueue.unique_strategy, 'ignore_new');
  now_s CONSTANT bigint := floor(extract(epoch FROM clock_timestamp()));
  start_s CONSTANT bigint :=
    coalesce(now_s + zzz_jobs_enqueue.delay_s, zzz_jobs_enqueue.scheduled_at, 0);
  problem CONSTANT text := CASE
    WHEN the_worker = '' THEN 'worker: must not be empty'
    WHEN octet_length(the_worker) > 255
      THEN 'worker: must be at most 255 bytes, got ' || octet_length(the_worker)
    WHEN the_queue = '' THEN 'queue: must not be empty'
    WHEN octet_length(the_queue) > 255
      THEN 'queue: must be at most 255 bytes, got ' || octet_length(the_queue)
    WHEN octet_length(the_args) > 1048576
      THEN 'args: must be at most 1048576 bytes, got ' || octet_length(the_args)
    WHEN the_key = '' THEN 'unique_key: must not be empty'
    WHEN octet_length(the_key) > 1024
      THEN 'unique_key: must be at most 1024 bytes, got ' || octet_length(the_key)
    WHEN the_max_attempts NOT BETWEEN 1 AND 10000
      THEN 'max_attempts: must be 1..10000, got ' || the_max_attempts
    WHEN the_timeout_s NOT BETWEEN 1 AND 2592000
      THEN 'timeout in seconds: must be 1..2592000, got ' || the_timeout_s
    WHEN zzz_jobs_enqueue.delay_s NOT BETWEEN 0 AND 3155760000
      THEN 'delay in seconds: must be 0..3155760000, got ' || zzz_jobs_enqueue.delay_s
    WHEN zzz_jobs_enqueue.delay_s IS NOT NULL AND zzz_jobs_enqueue.scheduled_at IS NOT NULL
      THEN 'scheduled_at and delay exclude each other'
    WHEN the_strategy NOT IN ('ignore_new', 'cancel_existing')
      THEN format('unique_strategy: must be ignore_new or cancel_existing, got "%s"', the_strategy)
  END;
  channel CONSTANT text := 'zzz_jobs_' || 'zzz_jobs'::regclass::oid;
  job_id bigint;
  was_executing boolean;
  has_cancelled boolean := false;
BEGIN
  IF problem IS NOT NULL THEN
    RAISE EXCEPTION '%', problem USING ERRCODE = 'invalid_parameter_value';
  END IF;
  -- Others insert and end jobs of the same key all the while: the index decides,
  -- and who lost looks again. So many losses in a row do not happen.
  FOR round IN 1 .. 1000 LOOP
    IF the_key IS NOT NULL AND the_strategy = 'cancel_existing' THEN
      WITH holder AS MATERIALIZED (
        SELECT job.id, job.state FROM zzz_jobs job
        WHERE job.unique_key = the_key AND job.unique_key IS NOT NULL
          AND job.state IN (0, 1, 3, 6)
        FOR UPDATE
      )
      UPDATE zzz_jobs job SET state = 5, completed_at = now_s, node = NULL
      FROM holder WHERE job.id = holder.id
      RETURNING holder.state = 1 INTO was_executing;
      has_cancelled := has_cancelled OR coalesce(was_executing, false);
    END IF;
    INSERT INTO zzz_jobs AS job (state, queue, worker, args, priority, max_attempts, scheduled_at,
      inserted_at, unique_key, timeout_s)
    VALUES (CASE WHEN start_s > now_s THEN 6 ELSE 0 END, the_queue, the_worker, the_args,
      the_priority, the_max_attempts, start_s, now_s, the_key, the_timeout_s)
    ON CONFLICT (unique_key) WHERE unique_key IS NOT NULL AND state IN (0, 1, 3, 6) DO NOTHING
    RETURNING job.id INTO job_id;
    IF FOUND THEN
      IF zzz_jobs_enqueue.wake IS NOT FALSE THEN
        PERFORM pg_notify(channel, ':' || the_queue);
      END IF;
      -- Its node asks which of its executions were ended by others.
      IF has_cancelled AND zzz_jobs_enqueue.wake IS NOT FALSE THEN
        PERFORM pg_notify(channel, 'claims');
      END IF;
      RETURN QUERY SELECT job_id, false;
      RETURN;
    END IF;
    IF the_key IS NOT NULL AND the_strategy = 'ignore_new' THEN
      SELECT job.id INTO job_id FROM zzz_jobs job
      WHERE job.unique_key = the_key AND job.unique_key IS NOT NULL
        AND job.state IN (0, 1, 3, 6);
      IF FOUND THEN
        RETURN QUERY SELECT job_id, true;
        RETURN;
      END IF;
    END IF;
    EXIT WHEN the_key IS NULL;
  END LOOP;
  RAISE EXCEPTION 'the job was not inserted: a trigger suppresses it, or its unique key changes hands without end'
    USING ERRCODE = 'serialization_failure';
END
$function$;
