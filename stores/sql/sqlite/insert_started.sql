-- Direct start: the row is claimed by its insertion.
INSERT INTO zzz_jobs (state, queue, worker, args, priority, max_attempts, scheduled_at, inserted_at,
  unique_key, timeout_s, attempt, attempted_at, node)
VALUES (1, ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, 1, ?7, ?10)
