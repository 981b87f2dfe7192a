SELECT paused FROM :"schema".zzz_jobs_cron WHERE entry = $1::text
