-- Part of every transaction that writes. Where its connection is lost before the
-- answer to its commit, settle_turn finds out by this row what became of it.
INSERT INTO :"schema".zzz_jobs_turns (node, turn) VALUES ($1::integer, $2::bigint)
