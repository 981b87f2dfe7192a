-- AUTOINCREMENT: the id of a node that is gone never comes back.
CREATE TABLE zzz_jobs_nodes (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL,
  beat BIGINT NOT NULL
);
CREATE TABLE zzz_jobs_queues (
  name TEXT PRIMARY KEY,
  paused INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE zzz_jobs_cron (
  entry TEXT PRIMARY KEY,
  last_tick BIGINT NOT NULL
);
