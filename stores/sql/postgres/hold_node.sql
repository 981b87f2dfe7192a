-- Whether the node is there; if so it is until this transaction ends, and with it all
-- that it has marked: see remove_node.sql.
SELECT id FROM :"schema".zzz_jobs_nodes WHERE id = $1::bigint FOR KEY SHARE
