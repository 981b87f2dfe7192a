-- Completion of jobs that nobody wants to see afterwards: a third of the work.
DELETE FROM :"schema".zzz_jobs j
USING unnest($1::bigint[], $2::integer[]) u (id, attempt)
WHERE j.id >= u.id AND j.id <= u.id AND j.state + 0 = 1 AND j.attempt = u.attempt
RETURNING j.id
