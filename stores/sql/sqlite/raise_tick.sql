-- Changes nothing when the tick, or a later one, was fired before.
INSERT INTO zzz_jobs_cron (entry, last_tick) VALUES (?1, ?2)
ON CONFLICT (entry) DO UPDATE SET last_tick = excluded.last_tick
WHERE excluded.last_tick > last_tick
