SELECT state, attempt, queue, attempt - free_attempts FROM zzz_jobs
WHERE id = ?1 AND state BETWEEN 0 AND 6
