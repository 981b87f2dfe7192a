-- In the transaction that read the row as available, so nobody is between.
UPDATE zzz_jobs SET state = 1, attempted_at = ?2, attempt = attempt + 1, node = ?3,
  progress = NULL, progress_note = NULL
WHERE id = ?1 AND state = 0
