-- Part of every transaction that writes. Where its connection is lost before the
-- answer to its commit, this row tells what became of it: see give_up_turn.sql.
INSERT INTO :"schema".zzz_jobs_turns (node, turn) VALUES ($1::integer, $2::bigint)
