-- Of the connection that is not for turns: how long ($1) a statement may wait for rows
-- and tables, in this session or in this transaction ($2); and that none is compiled
-- first, which takes the server longer than what is asked here.
SELECT set_config('lock_timeout', $1::text, $2::boolean), set_config('jit', 'off', $2::boolean)
