-- Answers a row unless the tick, or a later one, was fired before.
INSERT INTO :"schema".zzz_jobs_cron AS c (entry, last_tick) VALUES ($1::text, $2::bigint)
ON CONFLICT (entry) DO UPDATE SET last_tick = excluded.last_tick
WHERE excluded.last_tick > c.last_tick
RETURNING last_tick
