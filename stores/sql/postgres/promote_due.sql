-- Scheduled (6) and retryable (3) jobs whose time has come become available.
UPDATE :"schema".zzz_jobs SET state = 0
WHERE id = ANY(ARRAY(
  SELECT id FROM :"schema".zzz_jobs WHERE state IN (3, 6) AND scheduled_at <= $1::bigint
  ORDER BY scheduled_at LIMIT $2::integer FOR UPDATE SKIP LOCKED))
RETURNING queue
