INSERT INTO :"schema".zzz_jobs_migrations (version, name, applied_at)
VALUES (8, '0008_node_description', floor(extract(epoch FROM clock_timestamp())));

-- How other nodes find this one. Nodes of before have none of it.
ALTER TABLE :"schema".zzz_jobs_nodes
  ADD COLUMN label TEXT NOT NULL DEFAULT '', -- for people; empty: see name
  ADD COLUMN address TEXT NOT NULL DEFAULT '', -- host:port; empty: it takes no links
  ADD COLUMN version TEXT NOT NULL DEFAULT '',
  ADD COLUMN pid BIGINT NOT NULL DEFAULT 0;
