-- A prepared statement outlives its transaction.
DEALLOCATE zzz_jobs_doctor_claim
