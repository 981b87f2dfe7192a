-- Never in the transaction that enqueues: commits of notifying transactions wait
-- for each other.
SELECT pg_notify('zzz_jobs_' || (quote_ident(:'schema') || '.zzz_jobs')::regclass::oid, word)
FROM unnest($1::text[]) word
