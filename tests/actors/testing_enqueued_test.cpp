#include <zzz_jobs/testing.hpp>
#include <zzz_jobs/zzz_jobs.hpp>

#include "support/catch.hpp"

#include <functional>
#include <memory>
#include <sstream>
#include <stdexcept>
#include <string>

using namespace zzz_jobs;
using namespace zzz_jobs::testing;
using namespace std::chrono_literals;

namespace {

struct Mail {
  std::string to{};
  std::int32_t copies = 1;
  MSGPACK_DEFINE_MAP(to, copies)
};

struct Bench {
  std::shared_ptr<VirtualClock> clock = std::make_shared<VirtualClock>();
  MemorySupervisor supervisor{{.clock = clock}, {.mode = RunMode::manual}};
};

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

bool is_for_ann(const Mail& mail) {
  return mail.to == "ann";
}

template <class F>
std::string refusal(F function) {
  try {
    (void)function();
  } catch (const Error& error) {
    return error.what();
  }
  return {};
}

constexpr auto start = VirtualClock::default_start;

} // namespace

// --- enqueued -----------------------------------------------------------------------

TEST_CASE("enqueued finds the live jobs of a worker") {
  Bench bench;
  auto& supervisor = bench.supervisor;
  CHECK(!enqueued(supervisor, "mail"));
  CHECK(not_enqueued(supervisor, "mail"));
  const auto first = supervisor.enqueue("mail", Mail{.to = "ann"});
  supervisor.enqueue("mail", Mail{.to = "bob"}, {.delay = 5s});
  supervisor.enqueue("other");
  const auto found = enqueued(supervisor, "mail");
  REQUIRE(found);
  CHECK(found.size() == 2);
  CHECK(found.jobs.front().id == first.id);
  CHECK_FALSE(not_enqueued(supervisor, "mail"));
  CHECK(not_enqueued(supervisor, "mai"));
}

TEST_CASE("arguments match as JSON, as a struct, by a predicate on either") {
  Bench bench;
  auto& supervisor = bench.supervisor;
  const auto ann = supervisor.enqueue("mail", Mail{.to = "ann", .copies = 2}).id;
  supervisor.enqueue("mail", Mail{.to = "bob"});
  supervisor.enqueue("mail", "no JSON");
  CHECK(enqueued(supervisor, "mail", R"( { "to" : "ann",  "copies": 2 } )").one().id == ann);
  CHECK(enqueued(supervisor, "mail", std::string{R"({"copies":2.0,"to":"ann"})"}).one().id == ann);
  CHECK(enqueued(supervisor, "mail", std::string_view{"no JSON"}).size() == 1);
  CHECK(not_enqueued(supervisor, "mail", R"({"to":"ann"})"));
  CHECK(enqueued(supervisor, "mail", Mail{.to = "ann", .copies = 2}).one().id == ann);
  CHECK(not_enqueued(supervisor, "mail", Mail{.to = "ann"}));
  CHECK(enqueued(supervisor, "mail", [](const Mail& mail) { return mail.to == "ann"; }).one().id
        == ann);
  CHECK(enqueued(supervisor, "mail", [](Mail mail) { return mail.copies > 0; }).size() == 2);
  CHECK(enqueued(supervisor, "mail", is_for_ann).one().id == ann);
  CHECK(enqueued(supervisor, "mail", std::function<bool(const Mail&)>{is_for_ann}).size() == 1);
  CHECK(enqueued(supervisor, "mail",
                 [](std::string_view text) { return contains(std::string{text}, "bob"); })
          .size()
        == 1);
  CHECK(enqueued(supervisor, "mail", [](const std::string& text) { return text == "no JSON"; }));
  CHECK(enqueued(supervisor, "mail", [](const auto& text) { return text.size() == 7; }).size()
        == 1);
  CHECK(not_enqueued(supervisor, "mail", [](const Mail& mail) { return mail.to.empty(); }));
}

TEST_CASE("arguments that nest as deep as an attacker likes match by their text alone") {
  Bench bench;
  const std::string deep(500'000, '[');
  bench.supervisor.enqueue("deep", deep);
  CHECK(enqueued(bench.supervisor, "deep", deep));
  CHECK(not_enqueued(bench.supervisor, "deep", "[]"));
}

TEST_CASE("queue, priority, key, time and state narrow the search") {
  Bench bench;
  auto& supervisor = bench.supervisor;
  const auto id =
    supervisor
      .enqueue("mail", "", {.queue = "bulk", .priority = -3, .delay = 60s, .unique_key = "k"})
      .id;
  const auto finds = [&](const EnqueuedOptions& options) {
    return static_cast<bool>(enqueued(supervisor, "mail", {}, options));
  };
  CHECK(finds({.queue = "bulk", .priority = -3, .unique_key = "k"}));
  CHECK(!finds({.queue = "default"}));
  CHECK(!finds({.priority = 0}));
  CHECK(!finds({.unique_key = "K"}));
  CHECK(finds({.scheduled_from = start + 60s, .scheduled_to = start + 60s}));
  CHECK(!finds({.scheduled_from = start + 61s}));
  CHECK(!finds({.scheduled_to = start + 59s}));
  CHECK(finds({.state = JobState::scheduled}));
  CHECK(!finds({.state = JobState::available}));
  supervisor.cancel(id);
  CHECK(!finds({}));
  CHECK(finds({.final_too = true}));
  CHECK(finds({.state = JobState::cancelled}));
}

TEST_CASE("the description says what was looked for and what was there instead") {
  Bench bench;
  auto& supervisor = bench.supervisor;
  CHECK(enqueued(supervisor, "mail", R"({"to":"ann"})", {.queue = "bulk", .priority = 2}).describe()
        == R"(wanted a job of worker "mail", args: {"to":"ann"}, queue "bulk", priority 2, live: )"
           "none; there are no jobs at all");
  supervisor.enqueue("report");
  supervisor.enqueue("report");
  supervisor.enqueue("audit");
  CHECK(
    enqueued(supervisor, "mail").describe()
    == R"(wanted a job of worker "mail", live: none; there are jobs of "audit" (1), "report" (2))");
  supervisor.enqueue("mail", Mail{.to = "bob"}, {.priority = 1, .delay = 5s, .unique_key = "b"});
  const auto missing = enqueued(supervisor, "mail", R"({"to":"ann"})", {.queue = "bulk"});
  CHECK(missing.describe()
        == R"(wanted a job of worker "mail", args: {"to":"ann"}, queue "bulk", live: none; )"
           "the worker's others:\n"
           R"(  job 4: scheduled, queue "default", priority 1, unique_key "b", )"
           R"(scheduled_at 1767225605, args: {"copies":1,"to":"bob"} -- another args, queue)");
  CHECK(not_enqueued(supervisor, "mail").describe()
        == R"(wanted no job of worker "mail", live: 1)"
           "\n"
           R"(  job 4: scheduled, queue "default", priority 1, unique_key "b", )"
           R"(scheduled_at 1767225605, args: {"copies":1,"to":"bob"})");
  std::ostringstream printed;
  printed << missing;
  CHECK(printed.str() == missing.describe());
}

TEST_CASE("a description of very many jobs stays short, and the search finds them all") {
  Bench bench;
  auto& supervisor = bench.supervisor;
  std::vector<JobRequest> requests(2500, JobRequest{"mail", std::string(1000, 'x')});
  supervisor.enqueue_many(std::move(requests));
  CHECK(enqueued(supervisor, "mail").size() == 2500);
  const auto missing = enqueued(supervisor, "mail", "y");
  CHECK(missing.describe().size() < 3000);
  CHECK(contains(missing.describe(), "and 2495 more"));
}

TEST_CASE("one insists on a single job and says what was there") {
  Bench bench;
  bench.supervisor.enqueue("mail", "1");
  bench.supervisor.enqueue("mail", "2");
  CHECK(enqueued(bench.supervisor, "mail", "2").one().args == "2");
  CHECK(contains(refusal([&] { return enqueued(bench.supervisor, "mail").one(); }),
                 R"(must be 1 job: wanted a job of worker "mail")"));
  CHECK(contains(refusal([&] { return enqueued(bench.supervisor, "mail", "3").one(); }), "none"));
}

// --- run_handler --------------------------------------------------------------------

TEST_CASE("a handler runs once with the job that the test makes up") {
  Job seen;
  const WorkerDef worker{
    .name = "mail",
    .handler = make_handler([&](const Mail& mail, JobContext& context) {
      seen = context.job();
      context.progress(50, "to " + mail.to);
      context.result("sent");
    }),
    .opts = {.queue = "bulk", .priority = 4, .timeout = 9s},
  };
  const auto run =
    run_handler(worker, Mail{.to = "ann"}, {.attempt = 2, .opts = {.max_attempts = 5}, .id = 7});
  CHECK(run.completed());
  CHECK(run.outcome == OutcomeKind::complete);
  CHECK(run.result == "sent");
  REQUIRE(run.progress);
  CHECK(run.progress->note == "to ann");
  CHECK(run.describe() == R"(worker "mail": attempt 2 completed)");
  CHECK(seen.id == 7);
  CHECK(seen.attempt == 2);
  CHECK(seen.max_attempts == 5);
  CHECK(seen.queue == "bulk");
  CHECK(seen.priority == 4);
  CHECK(seen.timeout == 9s);
  CHECK(seen.state == JobState::executing);
  CHECK(seen.args == R"({"copies":1,"to":"ann"})");
}

TEST_CASE("a handler of a supervisor runs without a job in its store") {
  const auto mode = GENERATE(RunMode::manual, RunMode::actors);
  MemorySupervisor supervisor{{}, {.limits = {.args_bytes_max = 30}, .mode = mode}};
  supervisor.register_worker(
    "fail", [](const Mail& mail) { throw std::runtime_error("no way to " + mail.to); },
    {.max_attempts = 3}, RetryStrategy::linear(60s));
  const auto first = run_handler(supervisor, "fail", Mail{.to = "ann"});
  CHECK(first.outcome == OutcomeKind::fail);
  CHECK(first.state == JobState::retryable);
  CHECK(first.delay == 60s);
  CHECK(first.describe() == R"(worker "fail": attempt 1 failed, next in 60 s: no way to ann)");
  CHECK(run_handler(supervisor, "fail", Mail{}, {.attempt = 2}).delay == 120s);
  const auto last = run_handler(supervisor, "fail", R"({"to":"bob"})", {.attempt = 3});
  CHECK(last.state == JobState::discarded);
  CHECK(last.describe() == R"(worker "fail": attempt 3 failed, the last one: no way to bob)");
  CHECK(supervisor.counts().empty());
  CHECK(
    contains(refusal([&] { return run_handler(supervisor, "fail", Mail{.to = "somebody else"}); }),
             "must be at most 30 bytes"));
  CHECK(refusal([&] { return run_handler(supervisor, "nobody"); })
        == R"(worker "nobody": it is not registered)");
}

TEST_CASE("a handler's own verdicts are told") {
  const auto run = [](Handler handler, const RunOptions& options = {}) {
    return run_handler(WorkerDef{.name = "w", .handler = std::move(handler)}, "", options);
  };
  const auto snoozed = run([](std::string_view, JobContext& c) { c.snooze(7s); });
  CHECK(snoozed.state == JobState::scheduled);
  CHECK(snoozed.delay == 7s);
  CHECK(snoozed.describe() == R"(worker "w": attempt 1 snoozed for 7 s)");
  const auto cancelled = run([](std::string_view, JobContext& c) { c.cancel("not needed"); });
  CHECK(cancelled.state == JobState::cancelled);
  CHECK(cancelled.error == "not needed");
  const auto discarded = run([](std::string_view, JobContext& c) { c.discard("bad"); });
  CHECK(discarded.state == JobState::discarded);
  CHECK(discarded.describe() == R"(worker "w": attempt 1 discarded the job: bad)");
  const auto odd = run([](std::string_view, JobContext&) { throw 42; });
  CHECK(odd.error == "an exception that is no std::exception");
  CHECK(contains(refusal([&] { return run([](std::string_view, JobContext&) {}, {.attempt = 0}); }),
                 "attempt must be at least 1"));
}

TEST_CASE("a handler can be shown a stop token that has fired") {
  const WorkerDef worker{.name = "w", .handler = [](std::string_view, JobContext& context) {
                           if (context.stop_token().stop_requested())
                             throw std::runtime_error(
                               std::string{to_string(context.stop_reason())});
                         }};
  CHECK(run_handler(worker).completed());
  CHECK(run_handler(worker, "", {.stop = StopReason::timeout}).error == "timeout");
  const auto interrupted = run_handler(worker, "", {.stop = StopReason::shutdown});
  CHECK(interrupted.outcome == OutcomeKind::release);
  CHECK(interrupted.state == JobState::available);
}
