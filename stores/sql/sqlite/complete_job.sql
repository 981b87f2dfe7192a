-- Every end of an execution names its attempt: a claim that was lost changes nothing.
UPDATE zzz_jobs SET state = 2, completed_at = ?3, node = NULL, result = coalesce(?4, result)
WHERE id = ?1 AND state = 1 AND attempt = ?2
