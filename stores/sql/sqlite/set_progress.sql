UPDATE zzz_jobs SET progress = ?3, progress_note = ?4
WHERE id = ?1 AND state = 1 AND attempt = ?2
