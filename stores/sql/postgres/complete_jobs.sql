-- Every end of an execution names its attempt: a claim that was lost changes
-- nothing. state + 0: hides the column from the given index, which a generic plan
-- would walk whole for each batch.
UPDATE :"schema".zzz_jobs j SET state = 2, completed_at = $3::bigint, node = NULL
FROM unnest($1::bigint[], $2::integer[]) u (id, attempt)
WHERE j.id = u.id AND j.state + 0 = 1 AND j.attempt = u.attempt
RETURNING j.id
