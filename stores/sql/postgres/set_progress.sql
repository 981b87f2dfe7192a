UPDATE :"schema".zzz_jobs j SET progress = u.percent, progress_note = u.note
FROM unnest($1::bigint[], $2::integer[], $3::integer[], $4::text[]) u (id, attempt, percent, note)
WHERE j.id >= u.id AND j.id <= u.id AND j.state + 0 = 1 AND j.attempt = u.attempt
