SELECT EXISTS (SELECT FROM :"schema".zzz_jobs_queues WHERE name = $1::text AND paused)
