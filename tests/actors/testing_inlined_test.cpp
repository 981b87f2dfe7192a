#include "actors/testing_bench.hpp"
#include "support/catch.hpp"

#include <string>
#include <string_view>

using namespace zzz_jobs;
using namespace zzz_jobs::testing;
using namespace zzz_jobs::tests;
using Bench = TestingBench;

namespace {

const SupervisorConfig inlined{.mode = RunMode::inlined};

} // namespace

TEST_CASE("inlined jobs run before enqueue returns, unless their time has not come") {
  Bench bench{inlined};
  const auto now = bench.add("note", "now");
  CHECK(bench.ran == Texts{"now"});
  CHECK(bench.state(now) == JobState::completed);
  const auto later = bench.add("note", "later", {.delay = 5s});
  CHECK(bench.ran.size() == 1);
  CHECK(bench.state(later) == JobState::scheduled);
  const auto failed = bench.add("fail");
  CHECK(bench.state(failed) == JobState::retryable);
  CHECK(drain(bench.supervisor, {.advance = bench.clock}).executions == 3);
  CHECK(bench.state(failed) == JobState::discarded);
  CHECK(bench.ran == Texts{"now", "later"});
}

TEST_CASE("inlined jobs of one call run in order, and a nested one before its enqueue returns") {
  Bench bench{inlined};
  bench.supervisor.register_worker("outer", [&](std::string_view, JobContext&) {
    bench.ran.emplace_back("outer begins");
    bench.supervisor.enqueue("note", "inner");
    bench.ran.emplace_back("outer ends");
  });
  const auto answers = bench.supervisor.enqueue_many(
    {{"note", "1"}, {"outer", ""}, {"note", "2", {.delay = 5s}}, {"nobody", ""}});
  CHECK(bench.ran == Texts{"1", "outer begins", "inner", "outer ends"});
  REQUIRE(answers.size() == 4);
  CHECK(bench.state(answers[1].id) == JobState::completed);
  CHECK(bench.state(answers[3].id) == JobState::available);
}

TEST_CASE("an inlined enqueue first runs what waits before it in its queue") {
  Bench bench{inlined};
  bench.supervisor.pause_queue("default");
  bench.add("note", "earlier");
  bench.add("note", "after it", {.priority = 7});
  CHECK(bench.ran.empty());
  bench.supervisor.resume_queue("default");
  bench.add("note", "now");
  CHECK(bench.ran == Texts{"earlier", "now"});
}

TEST_CASE("an inlined job that enqueues itself for ever does not use up the stack") {
  std::string logged;
  Bench bench{
    {.mode = RunMode::inlined, .log = [&](LogLevel, std::string_view line) { logged = line; }}};
  int runs = 0;
  bench.supervisor.register_worker("again", [&](std::string_view, JobContext&) {
    if (++runs < 1000)
      bench.supervisor.enqueue("again");
  });
  const auto first = bench.add("again");
  CHECK(runs == 50);
  CHECK(logged.find("inlined_too_deep") == 0);
  CHECK(bench.state(first) == JobState::completed);
  CHECK(bench.supervisor.count_by_state("default", JobState::available) == 1);
}
