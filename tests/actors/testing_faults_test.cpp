#include <zzz_jobs/testing.hpp>
#include <zzz_jobs/zzz_jobs.hpp>

#include "support/catch.hpp"
#include "support/eventually.hpp"
#include "support/list_store.hpp"

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

using namespace zzz_jobs;
using namespace zzz_jobs::testing;
using namespace std::chrono_literals;

namespace {

using Faulty = FaultyStore<MemoryStore>;
static_assert(BatchStore<Faulty>);
static_assert(Store<FaultyStore<tests::ListStore>> && !BatchStore<FaultyStore<tests::ListStore>>);

errc code_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const Error& error) {
    return error.code();
  }
  return errc{};
}

/// Every call of a store once, and which one it is.
std::vector<std::pair<StoreCall, std::function<void(Faulty&)>>> every_call() {
  return {
    {StoreCall::apply,
     [](Faulty& s) {
       Batch batch;
       s.apply(batch);
     }},
    {StoreCall::enqueue, [](Faulty& s) { s.enqueue("w", "{}"); }},
    {StoreCall::claim, [](Faulty& s) { s.claim("q"); }},
    {StoreCall::complete, [](Faulty& s) { s.complete(s.inner().claim("default")->id); }},
    {StoreCall::fail, [](Faulty& s) { s.fail(s.inner().claim("default")->id, "why"); }},
    {StoreCall::discard, [](Faulty& s) { s.discard(s.inner().claim("default")->id, "why"); }},
    {StoreCall::rescue_stuck, [](Faulty& s) { s.rescue_stuck(1s); }},
    {StoreCall::count_by_state, [](Faulty& s) { s.count_by_state("q", JobState::available); }},
    {StoreCall::pause, [](Faulty& s) { s.pause("q"); }},
    {StoreCall::resume_queue, [](Faulty& s) { s.resume_queue("q"); }},
    {StoreCall::is_paused, [](Faulty& s) { s.is_paused("q"); }},
    {StoreCall::delete_completed, [](Faulty& s) { s.delete_completed(UnixTime{}); }},
    {StoreCall::get, [](Faulty& s) { s.get(1); }},
    {StoreCall::list, [](Faulty& s) { s.list({}, {}); }},
    {StoreCall::counts, [](Faulty& s) { s.counts(); }},
    {StoreCall::settings, [](Faulty& s) { s.settings(); }},
    {StoreCall::retry, [](Faulty& s) { s.retry(99); }},
    {StoreCall::cancel, [](Faulty& s) { s.cancel(99); }},
    {StoreCall::remove, [](Faulty& s) { s.remove(99); }},
    {StoreCall::open_claims, [](Faulty& s) { s.open_claims("q"); }},
    {StoreCall::rescue_dead_owners, [](Faulty& s) { s.rescue_dead_owners(); }},
    {StoreCall::last_tick, [](Faulty& s) { s.last_tick("c"); }},
    {StoreCall::set_cron_paused, [](Faulty& s) { s.set_cron_paused("c", true); }},
    {StoreCall::is_cron_paused, [](Faulty& s) { s.is_cron_paused("c"); }},
    {StoreCall::cron_since, [](Faulty& s) { s.cron_since("c", UnixTime{}); }},
    {StoreCall::prune, [](Faulty& s) { s.prune({}, 10); }},
  };
}

} // namespace

TEST_CASE("each call of a faulty store can be made to fail by its name") {
  const auto calls = every_call();
  REQUIRE(calls.size() + 1 == store_call_count);
  for (const auto& [call, action] : calls) {
    INFO(to_string(call));
    Faulty store{{}};
    for (int i = 0; i < 3; ++i)
      store.inner().enqueue("w", "{}");
    store.faults().inject({.call = call});
    CHECK(code_of([&, run = action] { run(store); }) == errc::unavailable);
    CHECK(code_of([&, run = action] { run(store); }) == errc{});
    CHECK(store.faults().calls(call) == 2);
    CHECK(store.faults().calls() == 2);
    CHECK(store.faults().thrown() == 1);
  }
}

TEST_CASE("the n-th call fails, of any or of one name, once or until healed") {
  Faulty store{{}};
  const auto get = [&] { return code_of([&] { store.get(1); }); };
  const auto pause = [&] { return code_of([&] { store.pause("q"); }); };
  SECTION("of any") {
    store.faults().inject({.nth = 3, .error = Error(errc::corrupt, "gone")});
    CHECK(get() == errc{});
    CHECK(pause() == errc{});
    CHECK(get() == errc::corrupt);
    CHECK(get() == errc{});
  }
  SECTION("of one name, from the call of inject on") {
    get();
    store.faults().inject({.call = StoreCall::get, .nth = 2});
    CHECK(pause() == errc{});
    CHECK(get() == errc{});
    CHECK(pause() == errc{});
    CHECK(get() == errc::unavailable);
    CHECK(get() == errc{});
  }
  SECTION("until healed") {
    store.faults().inject({.call = StoreCall::get, .nth = 2, .lasting = true});
    CHECK(get() == errc{});
    CHECK(get() == errc::unavailable);
    CHECK(get() == errc::unavailable);
    CHECK(pause() == errc{});
    store.faults().heal();
    CHECK(get() == errc{});
    CHECK(store.faults().thrown() == 2);
  }
  SECTION("several at once") {
    store.faults().inject({.nth = 1});
    store.faults().inject(
      {.call = StoreCall::get, .nth = 2, .error = Error(errc::locked, "by me")});
    CHECK(get() == errc::unavailable);
    CHECK(get() == errc::locked);
    CHECK(get() == errc{});
  }
}

TEST_CASE("a call that fails first has done nothing, one whose answer is lost has") {
  Faulty store{{}};
  store.faults().inject({.call = StoreCall::enqueue});
  CHECK(code_of([&] { store.enqueue("w", "{}"); }) == errc::unavailable);
  CHECK(store.inner().counts().empty());
  store.faults().inject({.call = StoreCall::enqueue,
                         .done_first = true,
                         .error = Error(errc::in_doubt, "answer lost")});
  CHECK(code_of([&] { store.enqueue("w", "{}"); }) == errc::in_doubt);
  CHECK(store.inner().count_by_state("default", JobState::available) == 1);
}

TEST_CASE("faults that make no sense are refused") {
  Faults faults;
  CHECK(code_of([&] { faults.inject({.nth = 0}); }) == errc::invalid_argument);
  CHECK(code_of([&] { faults.inject({.done_first = true}); }) == errc::invalid_argument);
}

TEST_CASE("the supervisor on a faulty store works through an outage and loses no job") {
  Supervisor<Faulty> supervisor{
    {},
    {.queues = {{.name = "default", .concurrency = 4}}, .log = [](LogLevel, std::string_view) {}}};
  std::atomic<int> ran{0};
  std::atomic<int> failed_events{0}, recovered_events{0};
  supervisor.attach_telemetry([&](const Event& event) {
    failed_events += event.type == EventType::store_failed ? 1 : 0;
    recovered_events += event.type == EventType::store_recovered ? 1 : 0;
  });
  supervisor.register_worker("count", [&](std::string_view, JobContext&) { ++ran; });
  for (int i = 0; i < 200; ++i)
    supervisor.enqueue("count");
  auto& faults = supervisor.store().faults();
  faults.inject({.call = StoreCall::apply, .nth = 2, .lasting = true});
  supervisor.start();
  REQUIRE(support::eventually([&] { return faults.thrown() >= 2; }));
  CHECK(supervisor.store().inner().count_by_state("default", JobState::completed) < 200);
  faults.heal();
  REQUIRE(support::eventually([&] {
    return supervisor.store().inner().count_by_state("default", JobState::completed) == 200;
  }));
  REQUIRE(support::eventually([&] { return recovered_events == 1; }));
  CHECK(ran == 200);
  CHECK(failed_events == 1);
  CHECK(supervisor.stats().store_failures >= 2);
  CHECK(supervisor.stop());
}

TEST_CASE("an enqueue during an outage says unavailable and stores nothing") {
  Supervisor<Faulty> supervisor{{},
                                {.queues = {{.name = "default"}},
                                 .store_timeout = 200ms,
                                 .log = [](LogLevel, std::string_view) {}}};
  supervisor.start();
  supervisor.store().faults().inject({.call = StoreCall::apply, .lasting = true});
  CHECK(code_of([&] { supervisor.enqueue("w"); }) == errc::unavailable);
  supervisor.store().faults().heal();
  REQUIRE(support::eventually([&] { return code_of([&] { supervisor.enqueue("w"); }) == errc{}; }));
  CHECK(supervisor.store().inner().counts().at(0).count == 1);
}

TEST_CASE("a plain store can be faulty too, under the supervisor") {
  Supervisor<FaultyStore<tests::ListStore>> supervisor{
    {}, {.mode = RunMode::manual, .log = [](LogLevel, std::string_view) {}}};
  int ran = 0;
  supervisor.register_worker("count", [&](std::string_view, JobContext&) { ++ran; });
  supervisor.store().faults().inject({.call = StoreCall::enqueue});
  CHECK(code_of([&] { supervisor.enqueue("count"); }) == errc::unavailable);
  supervisor.enqueue("count");
  supervisor.enqueue("count");
  CHECK(drain(supervisor).completed == 2);
  CHECK(ran == 2);
}

TEST_CASE("a plain store runs jobs inlined") {
  Supervisor<tests::ListStore> supervisor{{}, {.mode = RunMode::inlined}};
  int ran = 0;
  supervisor.register_worker("count", [&](std::string_view, JobContext&) { ++ran; });
  supervisor.enqueue("count");
  CHECK(ran == 1);
}

TEST_CASE("a plain store answers a unique job with the one that waits") {
  const auto mode = GENERATE(RunMode::manual, RunMode::actors);
  Supervisor<tests::ListStore> supervisor{{}, {.mode = mode}};
  const auto first = supervisor.enqueue("w", "1", {.unique_key = "k"});
  const auto second = supervisor.enqueue("w", "2", {.unique_key = "k"});
  CHECK_FALSE(first.conflict);
  CHECK(second.conflict);
  CHECK(second.id == first.id);
  CHECK(second.state == JobState::available);
  CHECK(supervisor.count_by_state("default", JobState::available) == 1);
}

TEST_CASE("in manual mode an outcome that the store did not take goes with the next turn") {
  Supervisor<Faulty> supervisor{{}, {.mode = RunMode::manual}};
  std::vector<std::string> events;
  supervisor.attach_telemetry(
    [&](const Event& event) { events.emplace_back(to_string(event.type)); });
  int ran = 0;
  supervisor.register_worker("count", [&](std::string_view, JobContext& context) {
    ++ran;
    context.result("kept");
  });
  const auto lost = supervisor.enqueue("count");
  const auto fault = GENERATE(0, 1);
  Fault second{.call = StoreCall::apply, .nth = 2};
  if (fault == 1) {
    second.done_first = true;
    second.error = Error(errc::in_doubt, "answer lost");
  }
  supervisor.store().faults().inject(second);
  CHECK(code_of([&] { run_one(supervisor); }) == (fault == 1 ? errc::in_doubt : errc::unavailable));
  CHECK(ran == 1);
  supervisor.enqueue("count");
  const auto kept = supervisor.get(lost.id);
  CHECK(kept->state == JobState::completed);
  CHECK(kept->result == "kept");
  CHECK(drain(supervisor).completed == 1);
  CHECK(ran == 2);
  CHECK(supervisor.stats().store_failures == 1);
  CHECK(events
        == std::vector<std::string>{
          "job_enqueued", "job_started", "store_failed", "store_recovered", "job_enqueued",
          fault == 1 ? "outcome_refused" : "job_completed", "job_started", "job_completed"});
}

TEST_CASE("in manual mode a stop records what is still to be recorded") {
  Supervisor<Faulty> supervisor{{}, {.mode = RunMode::manual}};
  supervisor.register_worker("count", [](std::string_view, JobContext&) {});
  const auto job = supervisor.enqueue("count");
  supervisor.store().faults().inject({.call = StoreCall::apply, .nth = 2});
  CHECK(code_of([&] { run_one(supervisor); }) == errc::unavailable);
  CHECK(supervisor.stop());
  CHECK(supervisor.store().get(job.id)->state == JobState::completed);
}

TEST_CASE("an inlined enqueue that was stored succeeds whatever fails afterwards") {
  std::string logged;
  Supervisor<Faulty> supervisor{
    {}, {.mode = RunMode::inlined, .log = [&](LogLevel, std::string_view line) { logged = line; }}};
  int ran = 0;
  supervisor.register_worker("count", [&](std::string_view, JobContext&) { ++ran; });
  supervisor.store().faults().inject({.call = StoreCall::apply, .nth = 2});
  const auto first = supervisor.enqueue("count");
  CHECK(ran == 0);
  CHECK(logged.find("inlined_job_failed") == 0);
  supervisor.enqueue("count");
  CHECK(ran == 2);
  CHECK(supervisor.get(first.id)->state == JobState::completed);
}
