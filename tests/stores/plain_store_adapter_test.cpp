#include "support/catch.hpp"
#include "support/list_store_fixture.hpp"

#include <functional>

// What the adapter adds to a plain store beyond the conformance suite, and how it
// fails.

namespace zzz_jobs {
namespace {

using namespace std::chrono_literals;
using tests::ListStore;
using tests::ListStoreFixture;

std::vector<Job> claim(ListStoreFixture& fixture, std::uint32_t slots, KnownWorkers known = {}) {
  Batch batch;
  batch.claims.push_back({.queue = "default", .slots = slots, .known_workers = std::move(known)});
  return fixture.adapter.apply(batch).claimed.at(0);
}

KnownWorkers known(std::unordered_set<std::string> names) {
  return std::make_shared<const std::unordered_set<std::string>>(std::move(names));
}

OutcomeResult end(ListStoreFixture& fixture, const Job& job, OutcomeKind kind,
                  std::chrono::seconds delay = 0s) {
  Batch batch;
  batch.outcomes.push_back({.claim = job.claim(), .kind = kind, .delay = delay, .error = "why"});
  return fixture.adapter.apply(batch).outcomes.at(0);
}

errc code_of(const std::function<void()>& action, const std::string& text) {
  try {
    action();
  } catch (const Error& error) {
    CHECK(std::string{error.what()}.find(text) != std::string::npos);
    return error.code();
  }
  return errc{};
}

TEST_CASE("what a plain store cannot do is refused by name", "[adapter]") {
  ListStoreFixture fixture;
  auto& store = fixture.adapter;
  const auto id = store.enqueue("mailer", "{}").id;
  CHECK(code_of([&] { (void)store.get(id); }, "get") == errc::unsupported);
  CHECK(code_of([&] { (void)store.list({}, {}); }, "list") == errc::unsupported);
  CHECK(code_of([&] { (void)store.retry(id); }, "retry") == errc::unsupported);
  CHECK(code_of([&] { (void)store.cancel(id); }, "cancel") == errc::unsupported);
  CHECK(code_of([&] { (void)store.remove(id); }, "remove") == errc::unsupported);
  CHECK(code_of([&] { (void)store.prune({.discarded = {.age = 1s}}, 1); }, "prune")
        == errc::unsupported);
  CHECK(code_of([&] { (void)store.prune({.completed = {.count = 1}}, 1); }, "prune")
        == errc::unsupported);
}

TEST_CASE("a job of an unknown worker is parked once and cancelled from there", "[adapter]") {
  ListStoreFixture fixture;
  const auto id = fixture.adapter.enqueue("strange", "{}").id;
  for (int i = 0; i < 3; ++i)
    CHECK(claim(fixture, 5, known({"mailer"})).empty());
  CHECK(fixture.plain.rows().at(0).attempt == 1);
  CHECK(fixture.adapter.get(id)->state == JobState::available);
  CHECK(fixture.adapter.open_claims("default").empty());
  const auto change = fixture.adapter.cancel(id);
  CHECK(change.result == ChangeResult::changed);
  CHECK(change.before == JobState::available);
  CHECK(fixture.plain.rows().at(0).state == JobState::discarded);
  CHECK(claim(fixture, 5).empty());
}

TEST_CASE("parked jobs stay parked while their queue is paused", "[adapter]") {
  ListStoreFixture fixture;
  const auto id = fixture.adapter.enqueue("mailer", "{}").id;
  REQUIRE(end(fixture, claim(fixture, 1).at(0), OutcomeKind::release) == OutcomeResult::applied);
  fixture.adapter.pause("default");
  CHECK(claim(fixture, 1).empty());
  fixture.adapter.resume_queue("default");
  CHECK(claim(fixture, 1).at(0).id == id);
}

TEST_CASE("a snoozed job waits in the adapter and can be retried at once", "[adapter]") {
  ListStoreFixture fixture;
  const auto id = fixture.adapter.enqueue("mailer", "{}", {.max_attempts = 1}).id;
  REQUIRE(end(fixture, claim(fixture, 1).at(0), OutcomeKind::snooze, 60s)
          == OutcomeResult::applied);
  Batch nothing;
  CHECK(fixture.adapter.apply(nothing).next_due == fixture.adapter.now() + 60s);
  CHECK(fixture.adapter.count_by_state("default", JobState::scheduled) == 1);
  CHECK(fixture.adapter.count_by_state("default", JobState::executing) == 0);
  CHECK(fixture.adapter.retry(id).result == ChangeResult::changed);
  CHECK(fixture.adapter.retry(id).result == ChangeResult::not_allowed);
  const auto job = claim(fixture, 1).at(0);
  CHECK(job.attempt == 2);
  CHECK(job.attempts_used() == 1);
}

TEST_CASE("no two executions have one claim, though the store knows of fewer", "[adapter]") {
  ListStoreFixture fixture;
  fixture.adapter.enqueue("mailer", "{}");
  std::vector<Claim> seen;
  for (const auto kind : {OutcomeKind::release, OutcomeKind::fail, OutcomeKind::snooze,
                          OutcomeKind::fail, OutcomeKind::release, OutcomeKind::rescue}) {
    const auto job = claim(fixture, 1).at(0);
    CHECK(std::find(seen.begin(), seen.end(), job.claim()) == seen.end());
    seen.push_back(job.claim());
    REQUIRE(end(fixture, job, kind) == OutcomeResult::applied);
    fixture.advance(1h);
  }
  const auto last = claim(fixture, 1).at(0);
  CHECK(last.attempt == 7);
  CHECK(last.attempts_used() == 4);
  CHECK(fixture.plain.rows().at(0).attempt == 4);
}

TEST_CASE("an execution that the store ended itself refuses its outcome", "[adapter]") {
  ListStoreFixture fixture;
  fixture.adapter.enqueue("mailer", "{}");
  const auto job = claim(fixture, 1).at(0);
  fixture.plain.complete(job.id);
  CHECK(end(fixture, job, OutcomeKind::fail) == OutcomeResult::refused);
  CHECK(fixture.adapter.open_claims("default").empty());
}

TEST_CASE("only executions older than all of this process are rescued by age", "[adapter]") {
  ListStoreFixture fixture;
  fixture.adapter.enqueue("mailer", "{}");
  REQUIRE(fixture.plain.claim("default")); // of a process that died
  fixture.advance(10s);
  fixture.adapter.enqueue("mailer", "{}");
  const auto mine = claim(fixture, 1).at(0);
  fixture.advance(24h);
  CHECK(fixture.adapter.rescue_stuck(300s) == 1);
  CHECK(end(fixture, mine, OutcomeKind::complete) == OutcomeResult::applied);
}

/// A plain store whose calls fail when told to.
class FaultyStore : public ListStore {
public:
  using ListStore::ListStore;
  bool claims_fail = false;
  bool completes_fail = false;
  std::int64_t claims_left = 1'000'000;

  std::optional<Job> claim(std::string_view queue) {
    if (claims_fail || claims_left-- <= 0)
      throw Error(errc::unavailable, "claim: no connection");
    return ListStore::claim(queue);
  }
  void complete(std::int64_t id) {
    if (completes_fail)
      throw Error(errc::unavailable, "complete: no connection");
    ListStore::complete(id);
  }
};

TEST_CASE("a failed claim surfaces, unless others of the turn are done", "[adapter]") {
  FaultyStore plain{ListStore::Config{}};
  PlainStoreAdapter<FaultyStore> adapter{plain};
  Batch claims;
  claims.claims.push_back({"default", 5, 0});
  plain.claims_fail = true;
  CHECK(code_of([&] { (void)adapter.apply(claims); }, "no connection") == errc::unavailable);
  Batch both = claims;
  both.enqueues.push_back(make_new_job("mailer", "{}", {}));
  both.enqueues.push_back(make_new_job("mailer", "{}", {}));
  const auto result = adapter.apply(both);
  CHECK(result.enqueued.at(1).id > 0);
  CHECK(result.claimed.at(0).empty());
  plain.claims_fail = false;
  plain.claims_left = 1;
  CHECK(adapter.apply(claims).claimed.at(0).size() == 1); // what was claimed is not lost
}

TEST_CASE("a failed outcome fails the turn, in doubt when others are done", "[adapter]") {
  FaultyStore plain{ListStore::Config{}};
  PlainStoreAdapter<FaultyStore> adapter{plain};
  Batch start;
  for (int i = 0; i < 2; ++i)
    start.enqueues.push_back(make_new_job("mailer", "{}", {}));
  start.claims.push_back({"default", 2, 0});
  const auto jobs = adapter.apply(start).claimed.at(0);
  REQUIRE(jobs.size() == 2);
  plain.completes_fail = true;
  Batch first;
  first.outcomes.push_back({.claim = jobs[0].claim()});
  CHECK(code_of([&] { (void)adapter.apply(first); }, "no connection") == errc::unavailable);
  Batch second;
  second.outcomes.push_back({.claim = jobs[0].claim(), .kind = OutcomeKind::discard});
  second.outcomes.push_back({.claim = jobs[1].claim()});
  CHECK(code_of([&] { (void)adapter.apply(second); }, "no connection") == errc::in_doubt);
  plain.completes_fail = false;
  CHECK(adapter.apply(second).outcomes
        == std::vector{OutcomeResult::refused, OutcomeResult::applied});
}

TEST_CASE("an enqueue that fails is refused alone", "[adapter]") {
  ListStoreFixture fixture{Limits{.args_bytes_max = 3}};
  Batch batch;
  batch.enqueues.push_back(make_new_job("mailer", "1234", {}));
  batch.enqueues.push_back(make_new_job("mailer", "123", {}));
  const auto enqueued = fixture.adapter.apply(batch).enqueued;
  CHECK(enqueued.at(0).failed == errc::too_large);
  CHECK_FALSE(enqueued.at(0).error.empty());
  CHECK(enqueued.at(1).id > 0);
}

} // namespace
} // namespace zzz_jobs
