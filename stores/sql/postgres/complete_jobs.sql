-- Every end of an execution names its attempt: a claim that was lost changes
-- nothing. For its conditions see session_settings.
UPDATE :"schema".zzz_jobs j SET state = 2, completed_at = $3::bigint, node = NULL
FROM unnest($1::bigint[], $2::integer[]) u (id, attempt)
WHERE j.id >= u.id AND j.id <= u.id AND j.state + 0 = 1 AND j.attempt = u.attempt
RETURNING j.id
