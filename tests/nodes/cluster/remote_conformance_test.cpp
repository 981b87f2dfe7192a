// What every store must do, done over a link to another node.
#include "gateways.hpp"

#include <zzz_jobs/conformance/fixture.hpp>
#include <zzz_jobs/conformance/virtual_clock.hpp>

#include <tuple>

namespace zzz_jobs::node::test {

/// A guest of a node that runs nothing itself. Both ends of the network are kept
/// for all tests.
struct RemoteFixture {
  static constexpr conformance::Capabilities capabilities{};

  explicit RemoteFixture(Limits limits = {})
    : host{{.capacity = 10'000, .clock = clock, .limits = limits},
           {.queues = {{.name = "default"}}, .limits = limits, .log = log_nothing}} {
    gatekeeper.add_kind(store_kind, gateway.factory());
    auto config = guest_of({"127.0.0.1:" + std::to_string(gatekeeper.open({"127.0.0.1", 0}))});
    config.system = &there().system.system();
    config.transport = there().transport;
    remote = std::make_unique<RemoteStore>(std::move(config));
  }

  RemoteStore& store() { return *remote; }
  /// The store knows the time to the second as of its last question.
  void advance(std::chrono::seconds by) {
    clock->advance(by);
    (void)remote->is_paused("default");
  }
  std::optional<Job> find(std::int64_t id) { return remote->get(id); }

  static NetworkEnd& here() {
    static NetworkEnd end;
    return end;
  }
  static NetworkEnd& there() {
    static NetworkEnd end;
    return end;
  }

  std::shared_ptr<conformance::VirtualClock> clock = std::make_shared<conformance::VirtualClock>();
  MemorySupervisor host;
  StoreGateway gateway{here().system.system(), host};
  Gatekeeper gatekeeper{here().system.system(), here().transport};
  std::unique_ptr<RemoteStore> remote{};
};

} // namespace zzz_jobs::node::test

using remote_store = std::tuple<zzz_jobs::node::test::RemoteFixture>;
#define ZZZ_JOBS_CONFORMANCE_FIXTURES remote_store
#include <zzz_jobs/conformance/suite.hpp>
