-- Old ones, from a place on where none is left: dead entries before it are not
-- walked again.
DELETE FROM :"schema".zzz_jobs_turns
WHERE node = $1::integer AND turn >= $2::bigint AND turn < $3::bigint
