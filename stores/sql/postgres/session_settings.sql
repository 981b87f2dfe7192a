-- Of the connection that makes turns. With these no statistics, however stale,
-- can talk the planner out of the index scans that every statement here is
-- written for; they must stand before the first of them is prepared. Where several
-- such scans are possible, the statements leave one:
-- - Rows that are named by ids are found by id >= and <=, which cannot be merged like
--   id =: else a table that was empty when the statement was planned is walked
--   whole, along its key, for each batch.
-- - state + 0 hides the column from the given index, which would be walked whole.
-- - state = 0 OR state = 1 ... instead of IN does the same, and still says to the
--   planner what the condition of a partial index is.
-- - EXISTS with OFFSET 0 is not made a join: it looks once for each queue.
SET jit = off;
SET plan_cache_mode = force_generic_plan;
SET enable_seqscan = off;
SET enable_bitmapscan = off;
SET enable_sort = off;
SET enable_hashjoin = off;
SET enable_mergejoin = off;
SET enable_material = off;
SET enable_memoize = off;
SET default_transaction_isolation = 'read committed';
SET idle_in_transaction_session_timeout = '30s';
SET lock_timeout = '2s';
