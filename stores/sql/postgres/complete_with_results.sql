UPDATE :"schema".zzz_jobs j
SET state = 2, completed_at = $3::bigint, node = NULL, result = coalesce(u.result, j.result)
FROM unnest($1::bigint[], $2::integer[], $4::text[]) u (id, attempt, result)
WHERE j.id >= u.id AND j.id <= u.id AND j.state + 0 = 1 AND j.attempt = u.attempt
RETURNING j.id
