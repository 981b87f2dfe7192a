-- Of the connection that makes turns. With these no statistics, however stale,
-- can talk the planner out of the index scans that every statement here is
-- written for; they must stand before the first of them is prepared.
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
