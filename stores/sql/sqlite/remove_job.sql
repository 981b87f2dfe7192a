DELETE FROM zzz_jobs WHERE id = ?1 AND state <> 1
