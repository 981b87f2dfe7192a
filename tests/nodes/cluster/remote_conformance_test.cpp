// What every store must do, done over a link to another node.
#include "remote_fixture.hpp"

#include <tuple>

namespace zzz_jobs::node::test {

struct MemoryHome {
  using Supervisor = MemorySupervisor;
  [[nodiscard]] MemoryStore::Config config(const Limits& limits) const {
    return {.capacity = 10'000, .clock = clock, .limits = limits};
  }
  std::shared_ptr<conformance::VirtualClock> clock = std::make_shared<conformance::VirtualClock>();
};

} // namespace zzz_jobs::node::test

using remote_store =
  std::tuple<zzz_jobs::node::test::RemoteFixture<zzz_jobs::node::test::MemoryHome>>;
#define ZZZ_JOBS_CONFORMANCE_FIXTURES remote_store
#include <zzz_jobs/conformance/suite.hpp>
