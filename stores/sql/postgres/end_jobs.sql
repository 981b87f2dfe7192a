-- Failed, discarded, cancelled and rescued executions.
UPDATE :"schema".zzz_jobs j
SET state = u.state, scheduled_at = coalesce(u.scheduled_at, j.scheduled_at),
  completed_at = u.completed_at, errors = u.errors, node = NULL
FROM unnest($1::bigint[], $2::integer[], $3::integer[], $4::bigint[], $5::bigint[], $6::text[])
  u (id, attempt, state, scheduled_at, completed_at, errors)
WHERE j.id >= u.id AND j.id <= u.id AND j.state + 0 = 1 AND j.attempt = u.attempt
RETURNING j.id, j.queue
