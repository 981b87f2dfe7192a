SELECT name, paused FROM zzz_jobs_queues WHERE paused <> 0 ORDER BY name
