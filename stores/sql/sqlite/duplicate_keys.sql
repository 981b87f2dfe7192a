-- Live jobs whose key an older live job has too, with the id of the oldest.
SELECT j.id, j.attempt, j.errors, j.unique_key, o.holder
FROM zzz_jobs j
JOIN (SELECT unique_key, min(id) AS holder FROM zzz_jobs
      WHERE unique_key IS NOT NULL AND state IN (0, 1, 3, 6)
      GROUP BY unique_key HAVING count(*) > 1) o ON o.unique_key = j.unique_key
WHERE j.state IN (0, 1, 3, 6) AND j.id <> o.holder
ORDER BY j.id
