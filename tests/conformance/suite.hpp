#pragma once

// The whole suite; README.md beside this file says how to use it.

#include <zzz_jobs/conformance/change.hpp>
#include <zzz_jobs/conformance/claims.hpp>
#include <zzz_jobs/conformance/limits.hpp>
#include <zzz_jobs/conformance/list.hpp>
#include <zzz_jobs/conformance/model.hpp>
#include <zzz_jobs/conformance/outcomes.hpp>
#include <zzz_jobs/conformance/plain.hpp>
#include <zzz_jobs/conformance/prune.hpp>
#include <zzz_jobs/conformance/reopen.hpp>
#include <zzz_jobs/conformance/rescue.hpp>
#include <zzz_jobs/conformance/schedule.hpp>
#include <zzz_jobs/conformance/text.hpp>
#include <zzz_jobs/conformance/threads.hpp>
#include <zzz_jobs/conformance/unique.hpp>
