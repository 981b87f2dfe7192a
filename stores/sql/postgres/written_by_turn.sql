-- Which of the jobs $3 there are, and in which state the transaction that marked the
-- turn left those that it was the last to write.
SELECT id, attempt, CASE WHEN xmin = (SELECT xmin FROM :"schema".zzz_jobs_turns
                             WHERE node = $1::bigint AND turn = $2::bigint) THEN state END
FROM :"schema".zzz_jobs WHERE id = ANY($3::bigint[])
