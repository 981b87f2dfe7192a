-- The ticks that passed meanwhile are not fired afterwards.
INSERT INTO zzz_jobs_cron (entry, last_tick, paused) VALUES (?1, ?2, ?3)
ON CONFLICT (entry) DO UPDATE SET
  last_tick = CASE WHEN paused AND NOT excluded.paused
    THEN max(last_tick, excluded.last_tick) ELSE last_tick END,
  paused = excluded.paused
