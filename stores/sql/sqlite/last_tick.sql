SELECT last_tick FROM zzz_jobs_cron WHERE entry = ?1
