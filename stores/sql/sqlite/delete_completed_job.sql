-- Completion of a job that nobody wants to see afterwards.
DELETE FROM zzz_jobs WHERE id = ?1 AND state = 1 AND attempt = ?2
