#include "support/catch.hpp"
#include "support/list_store_fixture.hpp"

#include <tuple>

using plain_store = std::tuple<zzz_jobs::tests::ListStoreFixture>;
#define ZZZ_JOBS_CONFORMANCE_FIXTURES plain_store
#include <zzz_jobs/conformance/suite.hpp>
