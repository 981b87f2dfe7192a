WITH turns AS (DELETE FROM :"schema".zzz_jobs_turns WHERE node = ANY($1::bigint[]))
DELETE FROM :"schema".zzz_jobs_nodes WHERE id = ANY($1::bigint[])
