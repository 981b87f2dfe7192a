-- As claim_jobs, but from one place on for each priority ($7 ascending, $8): rows
-- that were claimed long ago leave entries in the index which, while a transaction
-- elsewhere is old enough to see them, every claim would walk again.
UPDATE :"schema".zzz_jobs
SET state = 1, attempted_at = $2::bigint, attempt = attempt + 1, node = $6::bigint,
  progress = NULL, progress_note = NULL
WHERE id = ANY((
  SELECT CASE WHEN 0 > ANY(ids) THEN
    ARRAY(SELECT abs(found.id) FROM unnest(ids) WITH ORDINALITY found (id, place)
      WHERE place < coalesce((SELECT min(place) FROM unnest(ids) WITH ORDINALITY other (id, place)
                              WHERE other.id < 0 AND other.place > $3::integer), place + 1))
    ELSE ids END
  FROM (SELECT ARRAY(
    SELECT found.signed_id
    FROM unnest($7::integer[], $8::bigint[]) mark (priority, id)
    CROSS JOIN LATERAL (
      SELECT CASE WHEN attempt - free_attempts + 1 >= max_attempts THEN -job.id ELSE job.id END
        AS signed_id
      FROM :"schema".zzz_jobs job
      WHERE queue = $1::text AND state = 0 AND scheduled_at <= $2::bigint
        AND (job.priority, job.id) >= (mark.priority, mark.id) AND job.priority <= mark.priority
        AND ($5::text[] IS NULL OR worker = ANY($5::text[]))
        AND NOT EXISTS (SELECT FROM :"schema".zzz_jobs_queues WHERE name = $1::text AND paused)
        AND ($6::bigint IS NULL
             OR EXISTS (SELECT FROM :"schema".zzz_jobs_nodes WHERE id = $6::bigint))
      ORDER BY job.priority, job.id LIMIT $3::integer + $4::integer FOR UPDATE SKIP LOCKED
    ) found
    LIMIT $3::integer + $4::integer
  ) AS ids OFFSET 0) available)::bigint[])
RETURNING id, worker, args, priority, attempt, max_attempts, free_attempts, timeout_s, scheduled_at,
  inserted_at, errors, unique_key, result
