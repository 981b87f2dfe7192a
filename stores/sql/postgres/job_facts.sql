SELECT id, state, inserted_at, scheduled_at FROM :"schema".zzz_jobs WHERE id = $1::bigint
