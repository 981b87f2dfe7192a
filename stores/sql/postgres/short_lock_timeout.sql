-- Of a turn that goes around the locks of others: what it must wait for all the same
-- (a unique key) shall hold up the rest for a moment only.
SELECT set_config('lock_timeout', '100ms', true)
