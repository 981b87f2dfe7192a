-- The mark stays until the end of this transaction.
SELECT given_up FROM :"schema".zzz_jobs_turns WHERE node = $1::integer AND turn = $2::bigint
FOR KEY SHARE
