-- The newest tick of the entry; an entry that is new begins with $2, kept like one.
INSERT INTO :"schema".zzz_jobs_cron AS c (entry, last_tick) VALUES ($1::text, $2::bigint)
ON CONFLICT (entry) DO UPDATE SET last_tick = c.last_tick
RETURNING last_tick
