-- The same for one transaction, where the session belongs to a pooler.
SELECT set_config('jit', 'off', true), set_config('plan_cache_mode', 'force_custom_plan', true),
  set_config('enable_seqscan', 'off', true), set_config('enable_bitmapscan', 'off', true),
  set_config('enable_sort', 'off', true), set_config('enable_hashjoin', 'off', true),
  set_config('enable_mergejoin', 'off', true), set_config('enable_material', 'off', true),
  set_config('enable_memoize', 'off', true), set_config('lock_timeout', '2s', true),
  set_config('statement_timeout', $1::text, true)
