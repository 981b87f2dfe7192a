INSERT INTO zzz_jobs_nodes (name, beat) VALUES (?1, ?2)
