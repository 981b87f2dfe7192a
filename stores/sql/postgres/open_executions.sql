-- Those of the executions that are the current ones, whoever holds their rows.
SELECT j.id
FROM unnest($1::bigint[], $2::integer[]) u (id, attempt)
JOIN :"schema".zzz_jobs j ON j.id >= u.id AND j.id <= u.id
  AND j.state + 0 = 1 AND j.attempt = u.attempt
