#pragma once

#include "gateways.hpp"

#include <zzz_jobs/conformance/fixture.hpp>
#include <zzz_jobs/conformance/virtual_clock.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace zzz_jobs::node::test {

/// For the conformance suite: a guest of a node that runs nothing itself. `Home` has
/// its Supervisor, the `clock` of its store, and `config(Limits)` for it. Both ends of
/// the network are kept for all tests.
template <class Home>
struct RemoteFixture {
  static constexpr conformance::Capabilities capabilities{};

  explicit RemoteFixture(Limits limits = {})
    : host{home.config(limits),
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
    home.clock->advance(by);
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

  Home home{};
  typename Home::Supervisor host;
  StoreGateway gateway{here().system.system(), host};
  Gatekeeper gatekeeper{here().system.system(), here().transport};
  std::unique_ptr<RemoteStore> remote{};
};

} // namespace zzz_jobs::node::test
