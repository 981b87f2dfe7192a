SELECT queue.place, j.id, j.attempt
FROM unnest($1::text[]) WITH ORDINALITY queue (name, place)
JOIN :"schema".zzz_jobs j ON j.queue = queue.name AND j.state = 1 AND j.node = $2::bigint
ORDER BY queue.place, j.id
