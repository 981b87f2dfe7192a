-- The first statements of each transaction that changes the tables. One at a time
-- in a schema, by a lock that lives as long as the transaction, so that poolers do
-- not matter; who waited sees what the one before did, hence READ COMMITTED.
SET TRANSACTION ISOLATION LEVEL READ COMMITTED;
SET LOCAL client_min_messages = warning;
-- An index over many rows takes its time, and others wait for it that long; but
-- nobody may be held up by a change that itself waits for a long transaction.
SET LOCAL statement_timeout = 0;
SET LOCAL lock_timeout = '10min';
SELECT pg_advisory_xact_lock(hashtextextended('zzz_jobs migrations in ' || :'schema', 0));
SET LOCAL lock_timeout = '10s';
