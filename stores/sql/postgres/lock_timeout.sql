-- How long ($1) a statement may wait for rows and tables: in this session, or in this
-- transaction ($2).
SELECT set_config('lock_timeout', $1::text, $2::boolean)
