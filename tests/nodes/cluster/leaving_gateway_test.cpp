// A gateway that is being stopped, and the guest that it has.
#include "gateways.hpp"
#include "tcp_proxy.hpp"

#include "support/catch.hpp"

#include <atomic>
#include <cstdint>

using namespace zzz_jobs;
using namespace zzz_jobs::node;
using namespace zzz_jobs::node::test;
using namespace zzz_jobs::support;
using namespace std::chrono_literals;

TEST_CASE("a gateway that is being stopped claims nothing more, and records what ends",
          "[remote][links]") {
  GatewayNode<> host{{}, quick(), 0, {.grace = 60s}};
  TcpProxy proxy{host.port()};
  auto config = guest_of({proxy.url()});
  config.patience = 60s;
  RemoteStore store{std::move(config)};
  std::atomic<std::int64_t> interrupted{0};
  store.on_cancelled([&](const Claim& claim) { interrupted = claim.job_id; });
  for (int i = 0; i < 3; ++i)
    store.enqueue("w", "", {.max_attempts = 1});
  Batch batch;
  batch.claims.push_back({.queue = "default", .slots = 2});
  const auto jobs = store.apply(batch).claimed.at(0);
  REQUIRE(jobs.size() == 2);
  const auto soon = [] { return std::chrono::steady_clock::now() + 1ms; };

  host.gateway().send_off();
  CHECK_FALSE(host.gateway().idle_by(soon()));
  proxy.cut(); // who is here may come back
  batch.outcomes.push_back({.claim = jobs[0].claim()});
  const auto result = store.apply(batch);
  CHECK(result.outcomes.at(0) == OutcomeResult::applied);
  CHECK(result.claimed.at(0).empty());
  CHECK(host.supervisor().count_by_state("default", JobState::available) == 1);
  auto other = guest_of({host.url()});
  other.connect_timeout = 300ms;
  CHECK_THROWS_AS(RemoteStore{other}, Error);
  SECTION("nothing is left to wait for") {
    batch.outcomes.front().claim = jobs[1].claim();
    CHECK(store.apply(batch).outcomes.at(0) == OutcomeResult::applied);
    CHECK(host.gateway().idle_by(std::chrono::steady_clock::now() + 60s));
  }
  SECTION("what is left is interrupted") {
    host.close_gateway();
    CHECK(comes_to(host.supervisor(), jobs[1].id, JobState::available));
    CHECK(host.supervisor().get(jobs[1].id)->attempts_used() == 0);
    CHECK(eventually([&] { return interrupted == jobs[1].id; }));
  }
  SECTION("who is in a hurry waits for nobody") {
    host.gateway().hurry();
    CHECK_FALSE(host.gateway().idle_by(std::chrono::steady_clock::now() + 24h));
  }
}
