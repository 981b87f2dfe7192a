-- Indexes that are not as the migrations leave them, each with what mends it.
WITH expected (name, is_unique, definition) AS (VALUES
  ('idx_zzz_jobs_claim', false, 'btree (queue, state, scheduled_at, priority)'),
  ('idx_zzz_jobs_available', false, 'btree (queue, priority, id) WHERE (state = 0)'),
  ('idx_zzz_jobs_due', false, 'btree (scheduled_at) WHERE (state = ANY (ARRAY[3, 6]))'),
  ('idx_zzz_jobs_unique', true, 'btree (unique_key) WHERE ((unique_key IS NOT NULL) AND '
    || '(state = ANY (ARRAY[0, 1, 3, 6])))')
), actual AS (
  SELECT c.relname::text AS name, i.indisunique AS is_unique, i.indisprimary AS is_primary,
    i.indisvalid AND i.indisready AS is_usable,
    regexp_replace(pg_get_indexdef(i.indexrelid), '^.* USING ', '') AS definition
  FROM pg_index i
  JOIN pg_class c ON c.oid = i.indexrelid
  JOIN pg_class t ON t.oid = i.indrelid
  JOIN pg_namespace n ON n.oid = t.relnamespace
  WHERE n.nspname = :'schema' AND t.relname = 'zzz_jobs'
), compared AS (
  SELECT e.name, CASE
      WHEN a.name IS NULL THEN 'is missing'
      WHEN a.definition <> e.definition OR a.is_unique <> e.is_unique THEN 'is another'
      WHEN NOT a.is_usable THEN 'is not valid'
    END AS difference,
    CASE WHEN a.name IS NOT NULL
      THEN format('DROP INDEX CONCURRENTLY %I.%I; ', :'schema', e.name) ELSE '' END
    || format('CREATE %sINDEX CONCURRENTLY %I ON %I.zzz_jobs USING %s;',
              CASE WHEN e.is_unique THEN 'UNIQUE ' ELSE '' END, e.name, :'schema', e.definition)
      AS remedy
  FROM expected e LEFT JOIN actual a USING (name)
  UNION ALL
  SELECT 'the primary key', 'is missing',
    format('ALTER TABLE %I.zzz_jobs ADD PRIMARY KEY (id);', :'schema')
  WHERE NOT EXISTS (SELECT FROM actual WHERE is_primary AND definition = 'btree (id)')
)
SELECT name || ' ' || difference, remedy FROM compared
WHERE difference IS NOT NULL ORDER BY name COLLATE "C"
