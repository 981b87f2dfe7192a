SELECT name, paused FROM :"schema".zzz_jobs_queues WHERE paused ORDER BY name
