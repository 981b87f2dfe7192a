-- The schema is made where it is absent: `IF NOT EXISTS` would want the right to
-- make one also where it is there.
SELECT set_config('zzz_jobs.schema', :'schema', true);
DO $$
DECLARE
  schema_name CONSTANT text := current_setting('zzz_jobs.schema');
BEGIN
  IF NOT EXISTS (SELECT FROM pg_namespace WHERE nspname = schema_name) THEN
    EXECUTE format('CREATE SCHEMA %I', schema_name);
  END IF;
END
$$;
CREATE TABLE IF NOT EXISTS :"schema".zzz_jobs_migrations (
  version BIGINT PRIMARY KEY,
  name TEXT NOT NULL,
  applied_at BIGINT NOT NULL
);
INSERT INTO :"schema".zzz_jobs_migrations (version, name, applied_at)
VALUES (1, '0001_create_jobs', floor(extract(epoch FROM clock_timestamp())));

-- The published table and index, word for word: a table that another program
-- made by them is taken over as it is.
CREATE TABLE IF NOT EXISTS :"schema".zzz_jobs (
  id BIGSERIAL PRIMARY KEY,
  state INTEGER NOT NULL DEFAULT 0,
  queue TEXT NOT NULL DEFAULT 'default',
  worker TEXT NOT NULL,
  args TEXT NOT NULL DEFAULT '',
  priority INTEGER NOT NULL DEFAULT 0,
  attempt INTEGER NOT NULL DEFAULT 0,
  max_attempts INTEGER NOT NULL DEFAULT 20,
  scheduled_at BIGINT NOT NULL DEFAULT 0,
  attempted_at BIGINT,
  completed_at BIGINT,
  inserted_at BIGINT NOT NULL DEFAULT 0,
  errors TEXT,
  unique_key TEXT
);
CREATE INDEX IF NOT EXISTS idx_zzz_jobs_claim
  ON :"schema".zzz_jobs (queue, state, scheduled_at, priority);
