// What every store must do, done over a link to a node that has a PostgreSQL database.
#include "remote_fixture.hpp"

#include "support/postgres_fresh.hpp"

#include <tuple>

namespace zzz_jobs::node::test {

struct PgHome {
  using Supervisor = PgSupervisor;
  [[nodiscard]] PgStore::Config config(const Limits& limits) const {
    PgStore::Config config;
    config.url = support::SharedPostgres::get().url();
    config.schema = schema.name();
    config.clock = clock;
    config.limits = limits;
    config.log = log_nothing;
    return config;
  }
  support::FreshSchema schema{};
  std::shared_ptr<conformance::VirtualClock> clock = std::make_shared<conformance::VirtualClock>();
};

/// For somebody who looks again, claims leave jobs to the next look while the database
/// is slow (see Marks). The suite does not look again.
struct RemotePgFixture : RemoteFixture<PgHome> {
  explicit RemotePgFixture(Limits limits = {}) : RemoteFixture<PgHome>(limits) {
    host.store().on_signal({});
  }
};

} // namespace zzz_jobs::node::test

using remote_pg_store = std::tuple<zzz_jobs::node::test::RemotePgFixture>;
#define ZZZ_JOBS_CONFORMANCE_FIXTURES remote_pg_store
#include <zzz_jobs/conformance/suite.hpp>
