-- Discards (4) or cancels (5).
UPDATE zzz_jobs SET state = ?3, completed_at = ?4, node = NULL, errors = ?5
WHERE id = ?1 AND state = 1 AND attempt = ?2
