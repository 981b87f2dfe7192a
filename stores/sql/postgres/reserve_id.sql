SELECT nextval(pg_get_serial_sequence(quote_ident(:'schema') || '.zzz_jobs', 'id'))
