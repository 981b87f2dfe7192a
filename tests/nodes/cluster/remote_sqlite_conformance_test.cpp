// What every store must do, done over a link to a node that has an SQLite file.
#include "remote_fixture.hpp"

#include "support/temp_folder.hpp"

#include <tuple>

namespace zzz_jobs::node::test {

struct SqliteHome {
  using Supervisor = SqliteSupervisor;
  [[nodiscard]] SqliteStore::Config config(const Limits& limits) const {
    return {.path = folder.path() / "jobs.db",
            .durability = Durability::normal,
            .clock = clock,
            .limits = limits};
  }
  support::TempFolder folder{};
  std::shared_ptr<conformance::VirtualClock> clock = std::make_shared<conformance::VirtualClock>();
};

} // namespace zzz_jobs::node::test

using remote_sqlite_store =
  std::tuple<zzz_jobs::node::test::RemoteFixture<zzz_jobs::node::test::SqliteHome>>;
#define ZZZ_JOBS_CONFORMANCE_FIXTURES remote_sqlite_store
#include <zzz_jobs/conformance/suite.hpp>
