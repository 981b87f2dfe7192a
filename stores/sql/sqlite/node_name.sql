SELECT name FROM zzz_jobs_nodes WHERE id = ?1
