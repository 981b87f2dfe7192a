SELECT errors, attempt - free_attempts, max_attempts
FROM zzz_jobs WHERE id = ?1 AND state = 1 AND attempt = ?2
