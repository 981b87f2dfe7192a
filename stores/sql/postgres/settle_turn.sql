-- Waits for the transaction that may be writing this row. If it committed, no row
-- is answered; else it never will commit, because the row is there now.
INSERT INTO :"schema".zzz_jobs_turns (node, turn) VALUES ($1::integer, $2::bigint)
ON CONFLICT DO NOTHING
RETURNING turn
