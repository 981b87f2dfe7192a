-- What the end of these executions depends on, locked until it is written.
SELECT j.id, j.attempt, j.attempt - j.free_attempts >= j.max_attempts AS is_last, j.errors
FROM unnest($1::bigint[], $2::integer[]) u (id, attempt)
JOIN :"schema".zzz_jobs j ON j.id >= u.id AND j.id <= u.id
  AND j.state + 0 = 1 AND j.attempt = u.attempt
FOR UPDATE OF j
