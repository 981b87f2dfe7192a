-- A piece of a walk along the primary key from $1: an index on the time a job
-- ended would cost each completion. $2: rows to look at, $3: rows to delete at
-- most; $4 $5 $6: completed, discarded, cancelled ones that ended before this go.
WITH piece AS MATERIALIZED (
  SELECT id, state, coalesce(completed_at, attempted_at, inserted_at) AS ended_at
  FROM :"schema".zzz_jobs WHERE id > $1::bigint ORDER BY id LIMIT $2::integer
), chosen AS MATERIALIZED (
  SELECT id FROM piece
  WHERE ended_at < CASE state WHEN 2 THEN $4::bigint WHEN 4 THEN $5::bigint WHEN 5 THEN $6::bigint END
  ORDER BY id LIMIT $3::integer
), deleted AS (
  DELETE FROM :"schema".zzz_jobs WHERE id = ANY(ARRAY(SELECT id FROM chosen))
    AND state + 0 IN (2, 4, 5)
  RETURNING id
)
SELECT (SELECT count(*) FROM deleted),
  CASE WHEN (SELECT count(*) FROM chosen) = $3::integer THEN (SELECT max(id) FROM chosen)
       ELSE (SELECT max(id) FROM piece) END,
  (SELECT count(*) FROM piece) < $2::integer AND (SELECT count(*) FROM chosen) < $3::integer
