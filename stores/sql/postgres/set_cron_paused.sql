-- The ticks that passed meanwhile are not fired afterwards.
INSERT INTO :"schema".zzz_jobs_cron AS c (entry, last_tick, paused)
VALUES ($1::text, $2::bigint, $3::boolean)
ON CONFLICT (entry) DO UPDATE SET
  last_tick = CASE WHEN c.paused AND NOT excluded.paused
    THEN greatest(c.last_tick, excluded.last_tick) ELSE c.last_tick END,
  paused = excluded.paused
