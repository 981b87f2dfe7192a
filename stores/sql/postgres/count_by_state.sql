SELECT count(*) FROM :"schema".zzz_jobs WHERE queue = $1::text AND state = $2::integer
