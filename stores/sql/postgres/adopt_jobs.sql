-- Executions ($1, $2) that another node has let go of are those of node $3 from now on,
-- if that is still there. Which.
UPDATE :"schema".zzz_jobs j SET node = $3::bigint
FROM unnest($1::bigint[], $2::integer[]) u (id, attempt)
WHERE j.id = u.id AND j.state + 0 = 1 AND j.attempt = u.attempt
  AND EXISTS (SELECT FROM :"schema".zzz_jobs_nodes WHERE id = $3::bigint)
RETURNING j.id, j.attempt
