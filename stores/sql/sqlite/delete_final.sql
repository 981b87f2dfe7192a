DELETE FROM zzz_jobs WHERE id = ?1 AND state IN (2, 4, 5)
