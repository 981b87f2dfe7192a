// The smaller parts of the runtime, without actors.
#include "support/catch.hpp"
#include "support/eventually.hpp"

#include <zzz_jobs/actors/runtime/blocking_pool.hpp>
#include <zzz_jobs/actors/runtime/cron_table.hpp>
#include <zzz_jobs/actors/runtime/execution.hpp>
#include <zzz_jobs/actors/runtime/pace.hpp>
#include <zzz_jobs/actors/runtime/store_calls.hpp>

#include <atomic>
#include <future>
#include <thread>

using namespace zzz_jobs;
using namespace zzz_jobs::runtime;
using namespace zzz_jobs::support;
using namespace std::chrono_literals;

TEST_CASE("the pool starts a thread for a task that finds none idle, and reuses them") {
  BlockingPool pool;
  Door door;
  for (int i = 0; i < 20; ++i)
    pool.submit([&] { door.wait(); });
  REQUIRE(door.has_waiting(20));
  CHECK(pool.threads() == 20);
  door.open();
  REQUIRE(eventually([&] { return door.waiting() == 0; }));
  std::atomic<int> done{0};
  for (int i = 0; i < 100; ++i) {
    const auto before = done.load();
    pool.submit([&] { ++done; });
    REQUIRE(eventually([&] { return done > before; }));
  }
  CHECK(pool.threads() <= 21);
}

TEST_CASE("the pool's end waits for nobody") {
  const auto door = std::make_shared<Door>();
  {
    BlockingPool pool;
    pool.submit([door] { door->wait(); });
    REQUIRE(door->has_waiting(1));
  }
  CHECK(door->waiting() == 1);
  door->open();
  CHECK(eventually([&] { return door->waiting() == 0; }));
}

TEST_CASE("fast handlers get many jobs at once and ahead, slow ones none") {
  Pace pace;
  CHECK(pace.jobs_at_once() == 1);
  CHECK(pace.prefetch(10, 2000) == 0);
  pace.add(1000us, 1000);
  CHECK(pace.jobs_at_once() > 100);
  CHECK(pace.prefetch(10, 2000) == 2000);
  pace = {};
  pace.add(1s, 1);
  CHECK(pace.jobs_at_once() == 1);
  CHECK(pace.prefetch(10, 2000) == 0);
  pace = {};
  pace.add(20ms, 1);
  CHECK(pace.prefetch(500, 2000) == 199);
}

TEST_CASE("a call is either taken by the store actor or withdrawn by its caller") {
  for (int round = 0; round < 2000; ++round) {
    CallGate gate;
    bool withdrawn = false;
    std::thread caller([&] { withdrawn = gate.withdraw(); });
    const bool taken = gate.take();
    caller.join();
    REQUIRE(taken != withdrawn);
  }
}

TEST_CASE("a call that nobody answers says so when it is let go") {
  std::promise<std::vector<Enqueued>> promise;
  auto answer = promise.get_future();
  auto call = std::make_shared<EnqueueCall>(
    std::vector<NewJob>(1),
    [&](std::vector<Enqueued>, const std::exception_ptr& error) { promise.set_exception(error); });
  auto given = handed_over(call);
  CHECK(answer.wait_for(0s) != std::future_status::ready);
  given.reset();
  REQUIRE(answer.wait_for(0s) == std::future_status::ready);
  CHECK_THROWS_AS(answer.get(), StoreActorEnded);
  CHECK(call->jobs.size() == 1);
}

TEST_CASE("an execution interrupted by shutdown is released, not failed") {
  const Workers workers{{"w",
                         std::make_shared<const WorkerDef>(
                           WorkerDef{.name = "w", .handler = [](std::string_view, JobContext&) {
                                       throw std::runtime_error("stopped");
                                     }})}};
  Job job;
  job.worker = "w";
  StopSignal stop;
  CHECK(execute(job, workers, stop, {}, nullptr).outcome.kind == OutcomeKind::fail);
  CHECK(stop.fire(StopReason::shutdown));
  CHECK_FALSE(stop.fire(StopReason::timeout));
  CHECK(stop.reason() == StopReason::shutdown);
  CHECK(execute(job, workers, stop, {}, nullptr).outcome.kind == OutcomeKind::release);
}

TEST_CASE("what an execution says that has lost its claim does not count") {
  StopSignal stop;
  const Workers workers{{"w",
                         std::make_shared<const WorkerDef>(WorkerDef{
                           .name = "w", .handler = [&](std::string_view args, JobContext& context) {
                             stop.fire(StopReason::lost_claim);
                             if (args == "settled")
                               context.already_completed();
                             if (args == "throws")
                               throw std::runtime_error("interrupted");
                           }})}};
  Job job;
  job.worker = "w";
  for (const auto* args : {"returns", "throws"}) {
    job.args = args;
    CHECK(execute(job, workers, stop, {}, nullptr).outcome.kind == OutcomeKind::rescue);
  }
  job.args = "settled"; // its own transaction had the claim
  CHECK(execute(job, workers, stop, {}, nullptr).settled);
}

TEST_CASE("a context refuses what would not fit into the row") {
  Job job;
  const StopSignal stop;
  const Limits limits{.result_bytes_max = 10};
  JobContext context{job, stop, limits};
  CHECK_THROWS_AS(context.result(std::string(11, 'x')), Error);
  CHECK_THROWS_AS(context.result(std::string("\0", 1)), Error);
  CHECK_THROWS_AS(context.snooze(-1s), Error);
  context.progress(250, "ü");
  CHECK(context.take_progress()->percent == 100);
  context.progress(1, std::string(1000, 'x'));
  CHECK(context.take_progress()->note.size() == 1000);
  CHECK_THROWS_AS(context.progress(1, std::string(1001, 'x')), Error);
  CHECK_FALSE(context.take_progress());
  context.snooze(5s);
  context.discard("last call wins");
  const auto outcome = context.take_outcome();
  CHECK(outcome.kind == OutcomeKind::discard);
  CHECK(outcome.error == "last call wins");
}

TEST_CASE("the ticks to fire follow the policy for missed ones") {
  const UnixTime start{1'767'225'600s}; // 1 January 2026
  CronEntry entry{.name = "e", .expression = CronExpr::parse("@hourly")};
  entry.opts.missed = MissedTicks::all;
  CHECK(entry.due(start, start + 59min, start).empty());
  CHECK(entry.due(start, start + 3h, start).size() == 3);
  CHECK(entry.due(start, start + 1000h, start).size() == 100);
  CHECK(entry.due(start, start + 1000h, start).back() == start + 1000h);
  entry.opts.missed = MissedTicks::latest;
  CHECK(entry.due(start, start + 3h, start) == std::vector<UnixTime>{start + 3h});
  entry.opts.missed = MissedTicks::skip;
  CHECK(entry.due(start, start + 3h, start + 150min) == std::vector<UnixTime>{start + 3h});
  CHECK(entry.due(start, start + 3h, start + 3h).empty());
}
