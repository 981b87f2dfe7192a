SELECT paused FROM zzz_jobs_cron WHERE entry = ?1
