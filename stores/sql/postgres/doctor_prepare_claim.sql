-- The claim follows, as turns run it.
PREPARE zzz_jobs_doctor_claim AS
