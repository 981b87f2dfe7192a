INSERT INTO :"schema".zzz_jobs_nodes (name, beat, lease_s, session, started_at, process)
SELECT $1::text, floor(seconds * 1000)::bigint, $2::integer, $3::boolean, floor(seconds)::bigint,
  $4::text
FROM extract(epoch FROM clock_timestamp()) seconds
RETURNING id, beat
