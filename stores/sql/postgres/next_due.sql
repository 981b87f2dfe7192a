SELECT scheduled_at FROM :"schema".zzz_jobs WHERE state IN (3, 6) ORDER BY scheduled_at LIMIT 1
