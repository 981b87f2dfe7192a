-- How long ($1) a statement may wait for a table: in this session, or in this
-- transaction ($2).
SELECT set_config('lock_timeout', $1::text, $2::boolean)
