DELETE FROM :"schema".zzz_jobs_migrations WHERE version = 3;
DROP TABLE :"schema".zzz_jobs_cron;
DROP TABLE :"schema".zzz_jobs_queues;
DROP TABLE :"schema".zzz_jobs_turns;
DROP TABLE :"schema".zzz_jobs_nodes;
