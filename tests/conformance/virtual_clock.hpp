#pragma once

#include <zzz_jobs/config/virtual_clock.hpp>

namespace zzz_jobs::conformance {

using testing::VirtualClock;

} // namespace zzz_jobs::conformance
