#pragma once

// All that an application needs: supervisors, workers, jobs, stores.

#include <zzz_jobs/actors/supervisor.hpp>
