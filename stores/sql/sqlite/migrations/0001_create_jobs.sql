-- The published table and index, word for word: a table that another program
-- made by them is taken over as it is.
CREATE TABLE IF NOT EXISTS zzz_jobs (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  state INTEGER NOT NULL DEFAULT 0,
  queue TEXT NOT NULL DEFAULT 'default',
  worker TEXT NOT NULL,
  args TEXT NOT NULL DEFAULT '',
  priority INTEGER NOT NULL DEFAULT 0,
  attempt INTEGER NOT NULL DEFAULT 0,
  max_attempts INTEGER NOT NULL DEFAULT 20,
  scheduled_at BIGINT NOT NULL DEFAULT 0,
  attempted_at BIGINT,
  completed_at BIGINT,
  inserted_at BIGINT NOT NULL DEFAULT 0,
  errors TEXT,
  unique_key TEXT
);
CREATE INDEX IF NOT EXISTS idx_zzz_jobs_claim
  ON zzz_jobs (queue, state, scheduled_at, priority);
