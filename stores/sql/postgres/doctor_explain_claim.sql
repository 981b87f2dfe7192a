-- Of a node, with known workers: no part of the statement falls away.
EXPLAIN (FORMAT JSON, COSTS OFF)
EXECUTE zzz_jobs_doctor_claim('default', 0, 10, 10, '{worker}', 1)
