DELETE FROM :"schema".zzz_jobs WHERE id = $1::bigint AND state <> 1
