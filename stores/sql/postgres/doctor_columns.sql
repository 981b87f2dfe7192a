-- Columns that are not as the migrations leave them. Others that can be left out
-- of an INSERT are none of our business. `*`: any default.
WITH expected (relation, name, type, is_required, default_value) AS (VALUES
  ('zzz_jobs', 'id', 'bigint', true, '*'),
  ('zzz_jobs', 'state', 'integer', true, '0'),
  ('zzz_jobs', 'queue', 'text', true, '''default''::text'),
  ('zzz_jobs', 'worker', 'text', true, NULL),
  ('zzz_jobs', 'args', 'text', true, '''''::text'),
  ('zzz_jobs', 'priority', 'integer', true, '0'),
  ('zzz_jobs', 'attempt', 'integer', true, '0'),
  ('zzz_jobs', 'max_attempts', 'integer', true, '20'),
  ('zzz_jobs', 'scheduled_at', 'bigint', true, '0'),
  ('zzz_jobs', 'attempted_at', 'bigint', false, NULL),
  ('zzz_jobs', 'completed_at', 'bigint', false, NULL),
  ('zzz_jobs', 'inserted_at', 'bigint', true, '0'),
  ('zzz_jobs', 'errors', 'text', false, NULL),
  ('zzz_jobs', 'unique_key', 'text', false, NULL),
  ('zzz_jobs', 'node', 'bigint', false, NULL),
  ('zzz_jobs', 'free_attempts', 'integer', true, '0'),
  ('zzz_jobs', 'timeout_s', 'integer', true, '300'),
  ('zzz_jobs', 'result', 'text', false, NULL),
  ('zzz_jobs', 'progress', 'integer', false, NULL),
  ('zzz_jobs', 'progress_note', 'text', false, NULL),
  ('zzz_jobs_nodes', 'id', 'integer', true, '*'),
  ('zzz_jobs_nodes', 'name', 'text', true, NULL),
  ('zzz_jobs_nodes', 'beat', 'bigint', true, NULL),
  ('zzz_jobs_nodes', 'lease_s', 'integer', true, NULL),
  ('zzz_jobs_nodes', 'session', 'boolean', true, NULL),
  ('zzz_jobs_nodes', 'started_at', 'bigint', true, NULL),
  ('zzz_jobs_nodes', 'process', 'text', true, '''''::text'),
  ('zzz_jobs_nodes', 'label', 'text', true, '''''::text'),
  ('zzz_jobs_nodes', 'address', 'text', true, '''''::text'),
  ('zzz_jobs_nodes', 'version', 'text', true, '''''::text'),
  ('zzz_jobs_nodes', 'pid', 'bigint', true, '0'),
  ('zzz_jobs_turns', 'node', 'integer', true, NULL),
  ('zzz_jobs_turns', 'turn', 'bigint', true, NULL),
  ('zzz_jobs_turns', 'given_up', 'boolean', true, 'false'),
  ('zzz_jobs_queues', 'name', 'text', true, NULL),
  ('zzz_jobs_queues', 'paused', 'boolean', true, 'false'),
  ('zzz_jobs_cron', 'entry', 'text', true, NULL),
  ('zzz_jobs_cron', 'last_tick', 'bigint', true, NULL),
  ('zzz_jobs_cron', 'paused', 'boolean', true, 'false'),
  ('zzz_jobs_migrations', 'version', 'bigint', true, NULL),
  ('zzz_jobs_migrations', 'name', 'text', true, NULL),
  ('zzz_jobs_migrations', 'applied_at', 'bigint', true, NULL)
), actual AS (
  SELECT c.relname::text AS relation, a.attname::text AS name,
    format_type(a.atttypid, a.atttypmod) AS type, a.attnotnull AS is_required,
    CASE WHEN a.attidentity <> '' THEN '*' ELSE pg_get_expr(d.adbin, d.adrelid) END
      AS default_value
  FROM pg_class c
  JOIN pg_namespace n ON n.oid = c.relnamespace
  JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
  LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
  WHERE n.nspname = :'schema' AND c.relname IN (SELECT relation FROM expected)
)
SELECT difference FROM (
  SELECT coalesce(e.relation, a.relation) || '.' || coalesce(e.name, a.name) || CASE
      WHEN a.name IS NULL THEN ' is missing'
      WHEN e.name IS NULL AND a.is_required AND a.default_value IS NULL
        THEN ' is not ours, and no INSERT of ours gives it the value that it requires'
      WHEN e.name IS NULL THEN NULL
      WHEN a.type <> e.type THEN format(' is %s, not %s', a.type, e.type)
      WHEN a.is_required AND NOT e.is_required THEN ' must not be null, but is to be left null'
      WHEN e.is_required AND NOT a.is_required THEN ' may be null, but must not be'
      WHEN e.default_value = '*' AND a.default_value IS NOT NULL THEN NULL
      WHEN a.default_value IS DISTINCT FROM e.default_value
        THEN format(' has %s, not %s', coalesce('the default ' || a.default_value, 'no default'),
                    coalesce(nullif(e.default_value, '*'), 'another'))
    END AS difference
  FROM expected e FULL JOIN actual a USING (relation, name)
) compared
WHERE difference IS NOT NULL ORDER BY difference COLLATE "C"
