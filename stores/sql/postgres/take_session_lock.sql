-- Shared, so that each connection of the node holds it: a node whose lock nobody
-- holds has no connection left. Never waits.
SELECT pg_advisory_lock_shared(
  (quote_ident(:'schema') || '.zzz_jobs_nodes')::regclass::oid::integer, $1::integer)
