-- In a transaction of the application's. The claim that was lost changes nothing.
UPDATE :"schema".zzz_jobs
SET state = 2, completed_at = floor(extract(epoch FROM clock_timestamp()))::bigint, node = NULL,
  result = coalesce($3::text, result)
WHERE id = $1::bigint AND state = 1 AND attempt = $2::integer
RETURNING id
