-- Final jobs of state $1 that are older than $2 seconds, or more than the newest
-- $3: what pruning has still to delete. Null: no such rule.
SELECT greatest(
  (SELECT count(*) FROM :"schema".zzz_jobs
   WHERE $2::bigint IS NOT NULL AND state = $1::integer
     AND coalesce(completed_at, attempted_at, inserted_at)
       < floor(extract(epoch FROM clock_timestamp())) - $2::bigint),
  (SELECT count(*) - $3::bigint FROM :"schema".zzz_jobs
   WHERE $3::bigint IS NOT NULL AND state = $1::integer), 0)
