SELECT 'zzz_jobs_' || (quote_ident(:'schema') || '.zzz_jobs')::regclass::oid
