-- In a transaction of the application's, by the database's clock. $6: not before
-- this time, $7: or not before so many seconds from now. $10: the id, null: the next
-- one. No row: a live job has the key, or a job has the id.
INSERT INTO :"schema".zzz_jobs
  (id, state, queue, worker, args, priority, max_attempts, scheduled_at, inserted_at, unique_key,
   timeout_s)
SELECT
  coalesce($10::bigint,
           nextval(pg_get_serial_sequence(quote_ident(:'schema') || '.zzz_jobs', 'id'))),
  CASE WHEN start.at > clock.now THEN 6 ELSE 0 END, $1::text, $2::text, $3::text, $4::integer,
  $5::integer, start.at, clock.now, $8::text, $9::integer
FROM (SELECT floor(extract(epoch FROM clock_timestamp()))::bigint AS now) clock
CROSS JOIN LATERAL (SELECT coalesce(clock.now + $7::bigint, $6::bigint, 0) AS at) start
ON CONFLICT DO NOTHING
RETURNING id, state, inserted_at, scheduled_at
