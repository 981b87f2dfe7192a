INSERT INTO :"schema".zzz_jobs_migrations (version, name, applied_at)
VALUES (4, '0004_indexes', floor(extract(epoch FROM clock_timestamp())));

-- Nothing made keys unique in a table of the published definition alone. No job
-- may be lost for that, so all but the oldest holder give up the key, and a key
-- that no index can hold is given up too. `errors` says so.
SET LOCAL search_path TO :"schema", pg_temp;
LOCK TABLE :"schema".zzz_jobs IN SHARE ROW EXCLUSIVE MODE;
DO $$
DECLARE
  -- A third of a page, the most that an index entry may take, less its header.
  key_bytes_max CONSTANT integer := 2600;
  job record;
  note text;
  history text;
  is_array boolean;
BEGIN
  FOR job IN
    SELECT j.id, j.attempt, j.errors, j.unique_key, j.holder
    FROM (SELECT id, attempt, errors, unique_key,
                 min(id) OVER (PARTITION BY unique_key) AS holder
          FROM zzz_jobs
          WHERE unique_key IS NOT NULL AND state IN (0, 1, 3, 6)) j
    WHERE j.id <> j.holder OR octet_length(j.unique_key) > key_bytes_max
    ORDER BY j.id
  LOOP
    note := json_build_object(
      'attempt', job.attempt,
      'at', floor(extract(epoch FROM now()))::bigint,
      'error', CASE WHEN octet_length(job.unique_key) > key_bytes_max
        THEN format('unique key "%s..." taken from this job: %s bytes, at most %s can be unique',
                    left(job.unique_key, 100), octet_length(job.unique_key), key_bytes_max)
        ELSE format('unique key "%s" taken from this job: job %s had it first',
                    job.unique_key, job.holder)
      END)::text;
    BEGIN
      is_array := json_typeof(job.errors::json) = 'array';
    EXCEPTION WHEN data_exception OR program_limit_exceeded OR statement_too_complex THEN
      is_array := false;
    END;
    -- The text of an array is kept as it is; any other becomes the first entry.
    history := rtrim(CASE
      WHEN coalesce(job.errors, '') = '' THEN '['
      WHEN is_array THEN left(rtrim(job.errors, E' \t\r\n'), -1)
      ELSE '[' || json_build_object('attempt', 0, 'at', 0, 'error', job.errors)::text
    END, E' \t\r\n');
    UPDATE zzz_jobs
    SET unique_key = NULL,
        errors = history || CASE WHEN right(history, 1) = '[' THEN '' ELSE ',' END || note || ']'
    WHERE id = job.id;
  END LOOP;
END
$$;
-- Claims walk the first, promotion the second; final jobs are in neither.
CREATE INDEX idx_zzz_jobs_available
  ON :"schema".zzz_jobs (queue, priority, id) WHERE state = 0;
CREATE INDEX idx_zzz_jobs_due
  ON :"schema".zzz_jobs (scheduled_at) WHERE state IN (3, 6);
-- Among live jobs a key occurs once, whoever inserts.
CREATE UNIQUE INDEX idx_zzz_jobs_unique
  ON :"schema".zzz_jobs (unique_key)
  WHERE unique_key IS NOT NULL AND state IN (0, 1, 3, 6);
