// What a handler's thread shares with actors, without actors.
#include "support/catch.hpp"
#include "support/eventually.hpp"

#include <zzz_jobs/actors/runtime/assignment.hpp>

#include <atomic>
#include <thread>

using namespace zzz_jobs;
using namespace zzz_jobs::runtime;
using namespace zzz_jobs::support;
using namespace std::chrono_literals;

namespace {

std::vector<Job> jobs(int count, std::string worker = "w", std::chrono::seconds timeout = 300s) {
  std::vector<Job> made;
  for (int i = 1; i <= count; ++i) {
    Job job;
    job.id = i;
    job.worker = worker;
    job.attempt = 1;
    job.timeout = timeout;
    made.push_back(std::move(job));
  }
  return made;
}

WorkersSnapshot with_worker(Handler handler) {
  WorkerRegistry registry;
  registry.add({.name = "w", .handler = std::move(handler)});
  return registry.workers();
}

void work(Assignment& assignment) {
  work_through(assignment, {}, nullptr, [](const Job&) {});
}

} // namespace

TEST_CASE("an assignment's jobs run in order and end as their handlers say") {
  std::vector<std::int64_t> order;
  Assignment assignment{jobs(3), with_worker([&](std::string_view, JobContext& context) {
                          order.push_back(context.job().id);
                          if (context.job().id == 2)
                            throw std::runtime_error("two");
                        })};
  work(assignment);
  const auto finished = assignment.take_finished();
  CHECK(order == std::vector<std::int64_t>{1, 2, 3});
  REQUIRE(finished.size() == 3);
  CHECK(finished[0].outcome.kind == OutcomeKind::complete);
  CHECK(finished[0].job.id == 1);
  CHECK(finished[1].outcome.kind == OutcomeKind::fail);
  CHECK(finished[1].outcome.error == "two");
  CHECK(finished[1].outcome.delay >= 11s);
  CHECK(assignment.take_finished().empty());
}

TEST_CASE("jobs are taken back or run, never both, whoever comes first") {
  for (int round = 0; round < 200; ++round) {
    std::vector<std::atomic<int>> seen(101);
    Assignment assignment{jobs(100), with_worker([&](std::string_view, JobContext& context) {
                            ++seen[static_cast<std::size_t>(context.job().id)];
                          })};
    std::thread runner([&] { work(assignment); });
    std::vector<Job> taken;
    std::size_t collected = 0;
    while (taken.size() + collected < 100) {
      for (auto& job : assignment.take_unstarted())
        taken.push_back(std::move(job));
      collected += assignment.take_finished().size();
    }
    runner.join();
    for (const auto& job : taken)
      ++seen[static_cast<std::size_t>(job.id)];
    for (std::size_t id = 1; id <= 100; ++id)
      REQUIRE(seen[id] == 1);
  }
}

TEST_CASE("stop fires the running job's token, and only that one's") {
  Door door;
  std::vector<StopReason> reasons;
  Assignment assignment{jobs(3), with_worker([&](std::string_view, JobContext& context) {
                          if (context.job().id == 1)
                            door.wait();
                          reasons.push_back(context.stop_reason());
                        })};
  std::thread runner([&] { work(assignment); });
  REQUIRE(door.has_waiting(1));
  CHECK_FALSE(assignment.stop({1, 2}, StopReason::cancelled)); // another attempt
  CHECK(assignment.stop({1, 1}, StopReason::cancelled));
  CHECK(assignment.stop({3, 1}, StopReason::cancelled)); // not started: forgotten
  door.open();
  runner.join();
  CHECK(reasons == std::vector<StopReason>{StopReason::cancelled, StopReason::none});
}

TEST_CASE("a stop callback may use the assignment") {
  Door door;
  std::atomic<std::size_t> unstarted{99};
  Assignment* self = nullptr;
  Assignment assignment{jobs(2), with_worker([&](std::string_view, JobContext& context) {
                          const std::stop_callback on_stop{context.stop_token(),
                                                           [&] { unstarted = self->unstarted(); }};
                          door.wait();
                        })};
  self = &assignment;
  std::thread runner([&] { work(assignment); });
  REQUIRE(door.has_waiting(1));
  assignment.stop_running(StopReason::shutdown);
  CHECK(unstarted == 1);
  door.open();
  runner.join();
}

TEST_CASE("a job out of time is given up once, with a retry delay") {
  Door door;
  Assignment assignment{jobs(1, "w", 1s),
                        with_worker([&](std::string_view, JobContext&) { door.wait(); })};
  std::thread runner([&] { work(assignment); });
  REQUIRE(door.has_waiting(1));
  const auto now = std::chrono::steady_clock::now();
  const auto next = assignment.check_timeout(now);
  REQUIRE(next);
  CHECK(*next > now);
  CHECK(assignment.take_finished().empty());
  CHECK_FALSE(assignment.check_timeout(now + 2s));
  CHECK_FALSE(assignment.check_timeout(now + 3s));
  const auto given_up = assignment.take_finished();
  REQUIRE(given_up.size() == 1);
  CHECK(given_up[0].outcome.kind == OutcomeKind::fail);
  CHECK(given_up[0].outcome.error == "timed out after 1 s");
  CHECK(given_up[0].outcome.delay >= 11s);
  door.open();
  runner.join();
  // The late outcome names the same claim; the store refuses it.
  const auto late = assignment.take_finished();
  REQUIRE(late.size() == 1);
  CHECK(late[0].outcome.claim == Claim{1, 1});
}

TEST_CASE("the claims of an assignment are all it has to answer for") {
  Assignment assignment{jobs(3), with_worker([](std::string_view, JobContext&) {})};
  std::vector<Claim> claims;
  assignment.add_claims(claims);
  CHECK(claims.size() == 3);
  work(assignment);
  claims.clear();
  assignment.add_claims(claims);
  CHECK(claims.size() == 3);
  (void)assignment.take_finished();
  claims.clear();
  assignment.add_claims(claims);
  CHECK(claims.empty());
}

TEST_CASE("the reason is readable when the failure is, and the token fires on a pool thread") {
  Door door;
  const auto pool = std::make_shared<BlockingPool>();
  std::atomic<bool> called_back{false};
  std::atomic<StopReason> reason{StopReason::none};
  const auto handler = [&](std::string_view, JobContext& context) {
    const std::stop_callback on_stop{context.stop_token(), [&] { called_back = true; }};
    door.wait();
    reason = context.stop_reason();
  };
  Assignment assignment{jobs(1, "w", 1s), with_worker(handler), pool};
  std::thread runner([&] { work(assignment); });
  REQUIRE(door.has_waiting(1));
  (void)assignment.check_timeout(std::chrono::steady_clock::now() + 2s);
  REQUIRE(assignment.take_finished().size() == 1);
  CHECK(eventually([&] { return called_back.load(); }));
  CHECK(pool->threads() == 1);
  door.open();
  runner.join();
  CHECK(reason == StopReason::timeout);
}
