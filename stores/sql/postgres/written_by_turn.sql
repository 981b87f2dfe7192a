-- Which of the jobs $3 there are, and whether the transaction that marked the turn
-- was the last to write them.
SELECT id, xmin = (SELECT xmin FROM :"schema".zzz_jobs_turns
                   WHERE node = $1::bigint AND turn = $2::bigint)
FROM :"schema".zzz_jobs WHERE id = ANY($3::bigint[])
