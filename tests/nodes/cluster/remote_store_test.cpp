// Nodes without a database, and what may happen to the link to their gateway.
#include "gateways.hpp"
#include "tcp_proxy.hpp"

#include "support/catch.hpp"

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <thread>

using namespace zzz_jobs;
using namespace zzz_jobs::node;
using namespace zzz_jobs::node::test;
using namespace zzz_jobs::support;
using namespace std::chrono_literals;

namespace {

using GuestSupervisor = Supervisor<RemoteStore>;

/// Polls so rarely that nothing is found by it.
SupervisorConfig patient(std::uint32_t concurrency = 2) {
  auto config = quick(concurrency);
  config.poll_interval = 10min;
  return config;
}

errc code_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const Error& error) {
    return error.code();
  }
  return errc{};
}

/// Waits at a door, or until it is told to stop.
struct SlowWorker {
  Handler handler() {
    return [this](std::string_view, JobContext& context) {
      ++runs;
      while (!open && !context.stop_requested())
        std::this_thread::yield();
      if (context.stop_requested())
        reason = context.stop_reason();
    };
  }
  std::atomic<int> runs{0};
  std::atomic<bool> open{false};
  std::atomic<StopReason> reason{StopReason::none};
};

} // namespace

TEST_CASE("a guest and its gateway run each the jobs of their workers", "[remote]") {
  GatewayNode<> host{{}, patient()};
  std::atomic<int> here{0};
  std::atomic<int> there{0};
  host.supervisor().register_worker("home", [&](std::string_view, JobContext&) { ++here; });
  host.supervisor().start();
  GuestSupervisor guest{guest_of({host.url()}), patient()};
  guest.register_worker("away", [&](std::string_view args, JobContext& context) {
    ++there;
    context.result(std::string{args});
  });
  guest.start();
  std::int64_t last_away = 0;
  for (int i = 0; i < 20; ++i) {
    host.supervisor().enqueue("home");
    last_away = host.supervisor().enqueue("away", "from the host").id;
    guest.enqueue("home");
    guest.enqueue("away");
  }
  CHECK(eventually([&] { return here == 40 && there == 40; }));
  CHECK(comes_to(guest, last_away, JobState::completed));
  CHECK(guest.get(last_away)->result == "from the host");
  CHECK(eventually(
    [&] { return host.supervisor().count_by_state("default", JobState::completed) == 80; }));
  CHECK(guest.stats().outcomes_refused + host.supervisor().stats().outcomes_refused == 0);
  CHECK(guest.stop());
  CHECK(host.gateway().guests() == 1); // its store is still there
}

TEST_CASE("a guest hears of pause, retry, schedule and cancellation", "[remote]") {
  GatewayNode<> host{{}, patient()};
  host.supervisor().start();
  GuestSupervisor guest{guest_of({host.url()}), patient()};
  SlowWorker slow;
  guest.register_worker("w", [](std::string_view, JobContext&) {});
  guest.register_worker("slow", slow.handler());
  guest.start();
  SECTION("pause and resume") {
    host.supervisor().pause_queue("default");
    CHECK(guest.is_paused("default"));
    const auto id = guest.enqueue("w").id;
    guest.resume_queue("default");
    CHECK(comes_to(host.supervisor(), id, JobState::completed));
  }
  SECTION("a job that becomes due") {
    const auto id = host.supervisor().enqueue("w", "", {.delay = 1s}).id;
    CHECK(comes_to(guest, id, JobState::completed));
  }
  SECTION("a retry") {
    const auto id = host.supervisor().enqueue("w", "", {.delay = 1h}).id;
    guest.retry(id);
    CHECK(comes_to(guest, id, JobState::completed));
  }
  SECTION("a cancellation at the gateway") {
    const auto id = host.supervisor().enqueue("slow").id;
    REQUIRE(eventually([&] { return slow.runs == 1; }));
    host.supervisor().cancel(id);
    CHECK(eventually([&] { return slow.reason != StopReason::none; }));
    CHECK(state_of(guest, id) == JobState::cancelled);
  }
  SECTION("a cancellation by another guest") {
    RemoteStore other{guest_of({host.url()})};
    const auto id = other.enqueue("slow", "").id;
    REQUIRE(eventually([&] { return slow.runs == 1; }));
    CHECK(other.cancel(id).result == ChangeResult::changed);
    CHECK(eventually([&] { return slow.reason != StopReason::none; }));
  }
}

TEST_CASE("a link that is back in time is no loss", "[remote][links]") {
  GatewayNode<> host{{}, patient(), 0, {.grace = 60s}};
  TcpProxy proxy{host.port()};
  auto config = guest_of({proxy.url()});
  config.patience = 60s;
  GuestSupervisor guest{std::move(config), patient()};
  SlowWorker slow;
  guest.register_worker("slow", slow.handler());
  guest.start();
  const auto id = host.supervisor().enqueue("slow").id;
  REQUIRE(eventually([&] { return slow.runs == 1; }));
  for (int cuts = 1; cuts <= 3; ++cuts) {
    proxy.cut();
    REQUIRE(eventually([&] { return proxy.connections() > cuts; }));
    CHECK(guest.enqueue("other").id > id); // waits for the link
  }
  slow.open = true;
  CHECK(comes_to(host.supervisor(), id, JobState::completed));
  CHECK(host.supervisor().get(id)->attempt == 1);
  CHECK(slow.reason == StopReason::none);
  CHECK(host.supervisor().stats().rescued == 0);
  CHECK(host.gateway().guests() == 1);
}

TEST_CASE("an enqueue whose answer was lost with the link is done once", "[remote][links]") {
  GatewayNode<> host{{}, patient(), 0, {.grace = 60s}};
  TcpProxy proxy{host.port()};
  auto config = guest_of({proxy.url()});
  config.patience = 60s;
  RemoteStore store{std::move(config)};
  for (int round = 1; round <= 5; ++round) {
    proxy.lose_answers(true);
    std::thread breaker{[&] {
      (void)eventually([&] {
        return host.supervisor().count_by_state("mail", JobState::available) == round
          && proxy.lost() > 0;
      });
      proxy.cut();
      proxy.lose_answers(false);
    }};
    Batch batch;
    batch.enqueues.push_back(make_new_job("w", std::to_string(round), {.queue = "mail"}));
    const auto id = store.apply(batch).enqueued.at(0).id;
    breaker.join();
    CHECK(store.get(id)->args == std::to_string(round));
    CHECK(store.count_by_state("mail", JobState::available) == round);
  }
}

TEST_CASE("a guest that stays away loses its executions", "[remote][links]") {
  GatewayNode<> host{{}, patient()}; // a second of grace
  TcpProxy proxy{host.port()};
  auto config = guest_of({proxy.url()});
  config.patience = 100ms;
  GuestSupervisor guest{std::move(config), patient()};
  SlowWorker slow;
  guest.register_worker("slow", slow.handler());
  guest.start();
  const auto id = host.supervisor().enqueue("slow").id;
  REQUIRE(eventually([&] { return slow.runs == 1; }));
  std::atomic<int> elsewhere{0};
  host.supervisor().register_worker("slow", [&](std::string_view, JobContext&) { ++elsewhere; });
  host.supervisor().start();
  proxy.refuse(true);
  REQUIRE(eventually([&] { return !guest.store().is_linked(); }));
  CHECK(code_of([&] { (void)guest.enqueue("w"); }) == errc::unavailable);
  CHECK(comes_to(host.supervisor(), id, JobState::completed));
  CHECK(elsewhere == 1);
  CHECK(host.supervisor().get(id)->attempt == 2);
  CHECK(slow.reason == StopReason::none); // it cannot know yet
  proxy.refuse(false);
  CHECK(eventually([&] { return slow.reason == StopReason::lost_claim; }));
  CHECK(eventually([&] { return guest.stats().outcomes_refused == 1; }));
  CHECK(state_of(host.supervisor(), id) == JobState::completed);
  CHECK(host.supervisor().stats().rescued == 1);
}

TEST_CASE("a call that was under way when the visit ended is in doubt", "[remote][links]") {
  GatewayNode<> host{{}, patient(), 0, {.grace = 50ms}};
  TcpProxy proxy{host.port()};
  auto config = guest_of({proxy.url()});
  config.patience = 60s;
  RemoteStore store{std::move(config)};
  proxy.lose_answers(true);
  std::thread breaker{[&] {
    (void)eventually([&] {
      return host.supervisor().count_by_state("mail", JobState::available) == 1 && proxy.lost() > 0;
    });
    proxy.refuse(true);
    (void)eventually([&] { return host.gateway().guests() == 0; });
    proxy.lose_answers(false);
    proxy.refuse(false);
  }};
  Batch batch;
  batch.enqueues.push_back(make_new_job("w", "", {.queue = "mail"}));
  CHECK(code_of([&] { (void)store.apply(batch); }) == errc::in_doubt);
  breaker.join();
  // What changes nothing is asked again.
  CHECK(store.count_by_state("mail", JobState::available) == 1);
}

TEST_CASE("without an answer in time a call is in doubt, and its claims go back",
          "[remote][links]") {
  GatewayNode<> host{{}, patient(), 0, {.grace = 60s}};
  TcpProxy proxy{host.port()};
  auto config = guest_of({proxy.url()});
  config.answer_timeout = 300ms;
  RemoteStore store{std::move(config)};
  host.supervisor().enqueue("w", "", {.max_attempts = 1});
  proxy.lose_answers(true);
  Batch batch;
  batch.claims.push_back({.queue = "default", .slots = 1});
  CHECK(code_of([&] { (void)store.apply(batch); }) == errc::in_doubt);
  CHECK(host.supervisor().count_by_state("default", JobState::executing) == 1);
  CHECK(code_of([&] { (void)store.counts(); }) == errc::unavailable);
  proxy.lose_answers(false);
  proxy.cut(); // what was lost in the middle cannot go on
  std::vector<Job> jobs;
  REQUIRE(eventually([&] {
    try {
      jobs = store.apply(batch).claimed.at(0);
    } catch (const Error&) {
      return false;
    }
    return !jobs.empty();
  }));
  CHECK(jobs[0].attempts_used() == 1); // that it went back cost none
  CHECK(host.supervisor().stats().discarded == 0);
}

TEST_CASE("a restarted gateway gets its guests back, and no job is lost", "[remote][links]") {
  const TempFolder folder;
  const auto start = [&](std::uint16_t port) {
    return std::make_unique<GatewayNode<SqliteStore>>(
      SqliteStore::Config{.path = folder.path() / "jobs.db", .durability = Durability::normal},
      quick(), port);
  };
  auto host = start(0);
  const auto port = host->port();
  auto config = guest_of({host->url()});
  config.patience = 100ms;
  GuestSupervisor guest{std::move(config), quick()};
  std::atomic<int> runs{0};
  guest.register_worker("w", [&](std::string_view, JobContext&) { ++runs; }, {.max_attempts = 100});
  guest.start();
  constexpr int jobs = 500;
  for (int round = 0; round < 3; ++round) {
    host->supervisor().enqueue_many(std::vector<JobRequest>(jobs, {"w", "", {}}));
    host.reset();
    host = start(port);
    host->supervisor().start(); // rescues what its predecessor left
    REQUIRE(eventually(
      [&] {
        return host->supervisor().count_by_state("default", JobState::completed)
          == jobs * (round + 1);
      },
      60s));
  }
  CHECK(runs >= 3 * jobs);
}

TEST_CASE("of several gateways the next one is taken when one is gone", "[remote][links]") {
  std::optional<GatewayNode<>> first{std::in_place, MemoryStore::Config{}, quick()};
  GatewayNode<> second{{}, quick()};
  auto config = guest_of({first->url(), second.url()});
  GuestSupervisor guest{std::move(config), quick()};
  guest.register_worker("w", [](std::string_view, JobContext&) {});
  guest.start();
  const auto id = first->supervisor().enqueue("w").id;
  CHECK(comes_to(first->supervisor(), id, JobState::completed));
  first.reset();
  const auto next = second.supervisor().enqueue("w").id;
  CHECK(comes_to(second.supervisor(), next, JobState::completed));
}

TEST_CASE("a job that is claimed by itself is a foreign program's, and nobody's lost one",
          "[remote]") {
  GatewayNode<> host{{}, quick()};
  host.supervisor().start();
  GuestSupervisor guest{guest_of({host.url()}), quick()};
  SlowWorker slow;
  guest.register_worker("slow", slow.handler());
  guest.start();
  guest.enqueue("w", "", {.max_attempts = 1});
  std::optional<Job> job;
  REQUIRE(eventually([&] { return (job = guest.store().claim("default")).has_value(); }));
  // Both sides compare what they answer for with what the store has.
  for (int i = 0; i < 3; ++i) {
    host.supervisor().notice({.kind = Notice::Kind::cancelled});
    guest.notice({.kind = Notice::Kind::cancelled});
    host.supervisor().with_store([](AnyStore&) {});
  }
  const auto behind = guest.enqueue("slow").id;
  slow.open = true;
  REQUIRE(comes_to(guest, behind, JobState::completed));
  CHECK(state_of(host.supervisor(), job->id) == JobState::executing);
  guest.store().complete(job->id);
  CHECK(state_of(host.supervisor(), job->id) == JobState::completed);
  CHECK(host.supervisor().get(job->id)->attempt == 1);
  CHECK(host.supervisor().stats().rescued + guest.stats().rescued == 0);
}

TEST_CASE("opening a remote store says what is wrong", "[remote]") {
  CHECK(code_of([] { RemoteStore store{guest_of({})}; }) == errc::invalid_argument);
  CHECK(code_of([] { RemoteStore store{guest_of({"zzz://127.0.0.1"})}; })
        == errc::invalid_argument);
  std::uint16_t nobody = 0;
  { nobody = GatewayNode<>{{}}.port(); }
  auto config = guest_of({"zzz://127.0.0.1:" + std::to_string(nobody)});
  config.connect_timeout = 300ms;
  CHECK(code_of([&] { RemoteStore store{config}; }) == errc::unavailable);
}

TEST_CASE("a guest that comes and goes in order logs nothing", "[remote]") {
  GatewayNode<> host{{}, patient()};
  std::atomic<int> lines{0};
  auto config = guest_of({host.url()});
  config.log = [&](LogLevel, std::string_view) { ++lines; };
  for (int i = 0; i < 5; ++i) {
    RemoteStore store{config};
    CHECK(store.counts().empty());
  }
  CHECK(lines == 0);
}

TEST_CASE("a gateway lets in no more guests than it takes", "[remote]") {
  GatewayNode<> host{{}, patient(), 0, {.guests_max = 2}};
  RemoteStore one{guest_of({host.url()})};
  auto config = guest_of({host.url()});
  config.connect_timeout = 500ms;
  {
    RemoteStore two{guest_of({host.url()})};
    CHECK(host.gateway().guests() == 2);
    CHECK(code_of([&] { RemoteStore three{config}; }) == errc::unavailable);
  }
  CHECK(eventually([&] { return host.gateway().guests() == 1; })); // it said good-bye
  config.connect_timeout = 20s;
  RemoteStore four{config};
  CHECK(four.count_by_state("default", JobState::available) == 0);
}
