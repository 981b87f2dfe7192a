-- Claims walk the first, promotion the second; final jobs are in neither.
CREATE INDEX idx_zzz_jobs_available ON zzz_jobs (queue, priority, id) WHERE state = 0;
CREATE INDEX idx_zzz_jobs_due ON zzz_jobs (scheduled_at) WHERE state IN (3, 6);
-- Among live jobs a key occurs once, whoever inserts.
CREATE UNIQUE INDEX idx_zzz_jobs_unique ON zzz_jobs (unique_key)
  WHERE unique_key IS NOT NULL AND state IN (0, 1, 3, 6);
