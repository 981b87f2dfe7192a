-- Snoozed (6) and released (0) executions: they use no attempt.
UPDATE :"schema".zzz_jobs j
SET state = u.state, scheduled_at = coalesce(u.scheduled_at, j.scheduled_at),
  free_attempts = j.free_attempts + 1, node = NULL
FROM unnest($1::bigint[], $2::integer[], $3::integer[], $4::bigint[])
  u (id, attempt, state, scheduled_at)
WHERE j.id >= u.id AND j.id <= u.id AND j.state + 0 = 1 AND j.attempt = u.attempt
RETURNING j.id, j.queue
