-- Waits for the transaction that may be writing this row. If it has not committed,
-- it never will, because the row is there now; unless the row was removed meanwhile,
-- with its node.
INSERT INTO :"schema".zzz_jobs_turns (node, turn, given_up) VALUES ($1::integer, $2::bigint, true)
ON CONFLICT DO NOTHING
