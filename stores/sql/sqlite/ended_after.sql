-- Along the primary key: an index on the time a job ended would cost each
-- completion. Live rows answer too, so that a caller can bound its walk.
SELECT id, state, coalesce(completed_at, attempted_at, inserted_at)
FROM zzz_jobs WHERE id > ?1 ORDER BY id LIMIT ?2
