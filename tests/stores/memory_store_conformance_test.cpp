#include "support/catch.hpp"
#include "support/memory_fixture.hpp"

#include <tuple>

using memory_store = std::tuple<zzz_jobs::tests::MemoryFixture>;
#define ZZZ_JOBS_CONFORMANCE_FIXTURES memory_store
#include <zzz_jobs/conformance/suite.hpp>
