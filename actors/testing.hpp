#pragma once

// For the tests of applications, in any test framework: see docs/testing.md.

#include <zzz_jobs/actors/testing_drain.hpp>
#include <zzz_jobs/actors/testing_enqueued.hpp>
#include <zzz_jobs/actors/testing_faulty_store.hpp>
#include <zzz_jobs/actors/testing_run_handler.hpp>
#include <zzz_jobs/config/virtual_clock.hpp>
