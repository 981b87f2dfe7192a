-- All but the newest $2 jobs of a final state go, at most $3 at a time, those first
-- that ended first.
WITH excess AS (
  SELECT least(count(*) - $2::bigint, $3::bigint) AS jobs
  FROM :"schema".zzz_jobs WHERE state = $1::integer
), deleted AS (
  DELETE FROM :"schema".zzz_jobs WHERE id = ANY(ARRAY(
      SELECT id FROM :"schema".zzz_jobs WHERE state = $1::integer
      ORDER BY coalesce(completed_at, attempted_at, inserted_at), id
      LIMIT (SELECT greatest(jobs, 0) FROM excess)))
    AND state + 0 = $1::integer
  RETURNING id
)
SELECT count(*) FROM deleted
