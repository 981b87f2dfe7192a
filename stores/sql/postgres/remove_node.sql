-- Nodes, and then what they have marked, in the order in which hold_node.sql and
-- give_up_turn.sql lock them; also what was marked after its node was removed.
WITH gone AS (DELETE FROM :"schema".zzz_jobs_nodes WHERE id = ANY($1::bigint[]) RETURNING id)
DELETE FROM :"schema".zzz_jobs_turns t
WHERE t.node IN (SELECT id FROM gone)
  OR NOT EXISTS (SELECT FROM :"schema".zzz_jobs_nodes n WHERE n.id = t.node)
