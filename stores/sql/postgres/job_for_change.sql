SELECT state, attempt, queue, attempt - free_attempts, node FROM :"schema".zzz_jobs
WHERE id = $1::bigint FOR UPDATE
