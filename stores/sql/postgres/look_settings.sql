-- Of the watch: how long ($1) its look may wait for rows and tables, in this session or
-- in this transaction ($2); and that it finds jobs by their indexes, as statistics of a
-- time when most rows waited would have it read the table. What must be read all the
-- same (the nodes) looks so expensive then that the server would compile the look, for
-- 0.3 s of a processor each time.
SELECT set_config('lock_timeout', $1::text, $2::boolean),
  set_config('enable_seqscan', 'off', $2::boolean), set_config('jit', 'off', $2::boolean)
