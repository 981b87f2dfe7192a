// Connections that are lost between and in turns, and servers that refuse them.
#include "stores/pg_proxy.hpp"
#include "stores/pg_stores.hpp"

#include <zzz_jobs/stores/detail/pg_sql.hpp>
#include <zzz_jobs/stores/sql/postgres.hpp>

#include <future>

using namespace zzz_jobs;
using namespace zzz_jobs::tests;
using namespace std::chrono_literals;

namespace {

/// A store that reaches its database, which nobody else uses, through a proxy.
struct Route {
  explicit Route(std::chrono::milliseconds answer_timeout = 30s) {
    auto config = quick_store({proxy.url()});
    config.answer_timeout = answer_timeout;
    store.emplace(config);
  }

  /// In the background, since it may wait for the proxy.
  std::future<BatchResult> apply_aside(Batch batch) {
    return std::async(std::launch::async,
                      [this, batch = std::move(batch)] { return apply(*store, batch); });
  }
  [[nodiscard]] std::string jobs(const std::string& condition = "true") {
    return database.value("SELECT count(*) FROM zzz_jobs WHERE " + condition);
  }
  [[nodiscard]] bool comes_to(const std::string& condition, int count) {
    return support::eventually([&] { return jobs(condition) == std::to_string(count); });
  }

  support::FreshDatabase fresh{};
  PgProxy proxy{fresh.url()};
  std::optional<PgStore> store{};
  support::SqlConnection database{fresh.url()};
};

/// A job to complete, one to claim and one to enqueue.
struct Work {
  explicit Work(PgStore& store) : Work(store, {job_of("running"), job_of("waiting")}) {}
  Work(PgStore& store, std::vector<NewJob> jobs) {
    (void)apply(store, enqueues_of(std::move(jobs)));
    running = claim(store, 1).at(0);
    batch = enqueues_of({job_of("new")});
    batch.outcomes.push_back({.claim = running.claim()});
    batch.claims.push_back({"mail", 1, 0});
  }
  Job running{};
  Batch batch{};
};

} // namespace

TEST_CASE("a session that is terminated between turns is replaced unnoticed", "[pg][turns][lost]") {
  Route route;
  (void)apply(*route.store, enqueues_of({job_of("a")}));
  REQUIRE(route.proxy.connections() == 1);
  CHECK(route.database.value("SELECT count(pg_terminate_backend(pid)) FROM " + turns_sessions)
        == "1");
  REQUIRE(support::eventually(
    [&] { return route.database.value("SELECT count(*) FROM " + turns_sessions) == "0"; }));
  CHECK(apply(*route.store, enqueues_of({job_of("b")})).enqueued.at(0).failed == errc{});
  CHECK(route.proxy.connections() == 2);
  CHECK(claim(*route.store, 5).size() == 2);
  CHECK(route.proxy.connections() == 2);
  CHECK(route.jobs() == "2");
}

TEST_CASE("a session that is terminated in a turn is replaced, and the turn made once",
          "[pg][turns][lost]") {
  Route route;
  (void)claim(*route.store, 1); // the first session of all is not replaced
  support::SqlConnection locker{route.fresh.url()};
  locker.run("BEGIN; LOCK TABLE zzz_jobs IN SHARE MODE");
  auto result = route.apply_aside(enqueues_of({job_of("a"), job_of("b")}));
  REQUIRE(support::eventually([&] {
    return route.database.value("SELECT count(*) FROM " + turns_sessions
                                + " AND wait_event_type = 'Lock'")
      == "1";
  }));
  route.database.run("SELECT pg_terminate_backend(pid) FROM " + turns_sessions);
  locker.run("COMMIT");
  CHECK(result.get().enqueued.size() == 2);
  CHECK(route.jobs() == "2");
  CHECK(claim(*route.store, 5).size() == 2);
}

TEST_CASE("a commit whose answers are all lost is not repeated, and what it claimed waits again",
          "[pg][turns][lost]") {
  Route route;
  const Work work{*route.store};
  route.proxy.hold(PgProxy::Hold::all);
  auto result = route.apply_aside(work.batch);
  REQUIRE(route.comes_to("args = 'new'", 1)); // committed
  REQUIRE(support::eventually([&] { return route.proxy.has_held(); }));
  CHECK(route.jobs("state = 1") == "1");
  route.proxy.hold(PgProxy::Hold::nothing);
  route.proxy.cut();
  const auto answer = result.get();
  CHECK(answer.claimed.at(0).empty());
  CHECK(answer.outcomes == std::vector{OutcomeResult::applied});
  CHECK(route.store->get(work.running.id)->state == JobState::completed);
  CHECK(route.jobs("args = 'new'") == "1");
  const auto again = claim(*route.store, 10);
  REQUIRE(again.size() == 2);
  CHECK(again[0].args == "waiting");
  CHECK(again[0].attempts_used() == 1);
  CHECK(again[0].attempt == 2); // no two executions have one claim
  CHECK(again[1].args == "new");
  CHECK(route.jobs() == "3");
}

TEST_CASE("what runs on is not handed back though a lost commit wrote its progress",
          "[pg][turns][lost]") {
  Route route;
  Work work{*route.store, {job_of("running on"), job_of("running"), job_of("waiting")}};
  const auto runs_on = work.running;
  work.batch.outcomes[0].claim = claim(*route.store, 1).at(0).claim();
  work.batch.progress.push_back({.claim = runs_on.claim(), .percent = 40, .note = "half"});
  route.proxy.hold(PgProxy::Hold::all);
  auto result = route.apply_aside(work.batch);
  REQUIRE(route.comes_to("args = 'new'", 1));
  REQUIRE(support::eventually([&] { return route.proxy.has_held(); }));
  CHECK(route.jobs("state = 1") == "2");
  route.proxy.hold(PgProxy::Hold::nothing);
  route.proxy.cut();
  CHECK(result.get().outcomes == std::vector{OutcomeResult::applied});
  CHECK(route.store->open_claims("mail") == std::vector{runs_on.claim()});
  CHECK(route.jobs("args = 'waiting' AND state = 0 AND free_attempts = 1") == "1");
  Batch end;
  end.outcomes.push_back({.claim = runs_on.claim()});
  CHECK(apply(*route.store, end).outcomes == std::vector{OutcomeResult::applied});
}

TEST_CASE("a commit that is lost with nothing but its own answer is made once",
          "[pg][turns][lost]") {
  Route route;
  const Work work{*route.store};
  route.proxy.hold(PgProxy::Hold::ends);
  auto result = route.apply_aside(work.batch);
  REQUIRE(route.comes_to("args = 'new'", 1));
  REQUIRE(support::eventually([&] { return route.proxy.has_held(); }));
  route.proxy.hold(PgProxy::Hold::nothing);
  route.proxy.cut();
  const auto answer = result.get();
  CHECK(answer.outcomes == std::vector{OutcomeResult::applied});
  CHECK(answer.enqueued.at(0).failed == errc{});
  CHECK(route.store->get(answer.enqueued[0].id)->args == "new");
  REQUIRE(answer.claimed.at(0).size() == 1);
  const auto& claimed = answer.claimed[0][0];
  CHECK(claimed.args == "waiting");
  Batch outcome;
  outcome.outcomes.push_back({.claim = claimed.claim()});
  CHECK(apply(*route.store, outcome).outcomes == std::vector{OutcomeResult::applied});
  CHECK(route.jobs() == "3");
}

namespace {

/// What holds after any cut: each thing happened once, or not at all if that was
/// said, and nothing is claimed that nobody knows of.
void check_after_cut(Route& route, const Work& work, const std::optional<BatchResult>& answer,
                     std::size_t bytes) {
  CAPTURE(bytes, answer.has_value());
  REQUIRE(route.jobs("args = 'new'") == (answer ? "1" : "0"));
  REQUIRE(route.store->get(work.running.id)->state
          == (answer ? JobState::completed : JobState::executing));
  std::vector<Claim> held;
  if (answer)
    for (const auto& job : answer->claimed.at(0))
      held.push_back(job.claim());
  else
    held.push_back(work.running.claim());
  REQUIRE(route.store->open_claims("mail") == held);
  // All that is left runs to its end, each at its first attempt that counts.
  Batch ends;
  for (const auto& claim : held)
    ends.outcomes.push_back({.claim = claim});
  REQUIRE(apply(*route.store, ends).outcomes == std::vector(held.size(), OutcomeResult::applied));
  Batch rest;
  for (const auto& job : claim(*route.store, 10)) {
    REQUIRE(job.attempts_used() == 1);
    rest.outcomes.push_back({.claim = job.claim()});
  }
  (void)apply(*route.store, rest);
  REQUIRE(route.jobs("state <> 2") == "0");
  REQUIRE(route.jobs() == (answer ? "3" : "2"));
  route.database.run("DELETE FROM zzz_jobs");
}

} // namespace

TEST_CASE("wherever a turn is cut, everything in it happens once", "[pg][turns][lost]") {
  const auto in_answers = GENERATE(false, true);
  const auto with_refused_row = GENERATE(false, true);
  CAPTURE(in_answers, with_refused_row);
  Route route;
  route.database.run("ALTER TABLE zzz_jobs ADD CHECK (args <> 'refused')");
  (void)Work{*route.store}; // all is prepared
  route.database.run("DELETE FROM zzz_jobs");
  bool cut = true;
  int cuts = 0;
  for (std::size_t bytes = 0; cut; bytes += 1 + bytes / 16) {
    Work work{*route.store};
    if (with_refused_row)
      work.batch.enqueues.push_back(job_of("refused"));
    if (in_answers)
      route.proxy.cut_after_answered(bytes);
    else
      route.proxy.cut_after_asked(bytes);
    std::optional<BatchResult> answer;
    try {
      answer = apply(*route.store, work.batch);
    } catch (const Error& error) {
      REQUIRE(error.code() == errc::unavailable);
    }
    cut = route.proxy.has_cut();
    cuts += cut ? 1 : 0;
    REQUIRE(answer); // the server was there all the time
    check_after_cut(route, work, answer, bytes);
  }
  CHECK(cuts > 20);
}

TEST_CASE("a turn without a server says that nothing happened, and works when it is back",
          "[pg][turns][lost]") {
  Route route;
  Work work{*route.store};
  route.proxy.refuse(true);
  const auto error = error_of([&] { (void)route.store->apply(work.batch); });
  CHECK(error.code() == errc::unavailable);
  CHECK(work.batch.enqueues.at(0).args == "new"); // as it was
  CHECK(route.jobs("args = 'new'") == "0");
  route.proxy.refuse(false);
  const auto result = route.store->apply(work.batch);
  CHECK(result.outcomes == std::vector{OutcomeResult::applied});
  CHECK(result.claimed.at(0).size() == 1);
  CHECK(route.jobs("args = 'new'") == "1");
}

TEST_CASE("a commit that stays in doubt is said to be, and is settled by the next turn",
          "[pg][turns][lost]") {
  Route route;
  const auto answered = GENERATE(false, true);
  const auto erases = answered;
  const auto compares = !answered;
  CAPTURE(answered, erases, compares);
  Work work{*route.store};
  work.batch.outcomes[0].erase = erases;
  route.proxy.hold(answered ? PgProxy::Hold::ends : PgProxy::Hold::all);
  auto result = route.apply_aside(work.batch);
  REQUIRE(route.comes_to("args = 'new'", 1));
  REQUIRE(support::eventually([&] { return route.proxy.has_held(); }));
  route.proxy.refuse(true);
  route.proxy.hold(PgProxy::Hold::nothing);
  const auto doubt = error_of([&] { (void)result.get(); });
  CHECK(doubt.code() == errc::in_doubt);
  // Meanwhile others' turns are not: nothing of them was ever sent.
  CHECK(error_of([&] { (void)apply(*route.store, enqueues_of({job_of("other")})); }).code()
        == errc::unavailable);
  route.proxy.refuse(false);
  if (compares)
    CHECK(route.store->open_claims("mail").empty());
  // Whoever was in doubt asks; what was claimed waits again. An outcome may be repeated.
  auto repeated = claims_of(10);
  repeated.outcomes = work.batch.outcomes;
  const auto settled = apply(*route.store, repeated);
  CHECK(settled.outcomes == std::vector{OutcomeResult::applied});
  CHECK(settled.outcome_states == std::vector{JobState::completed});
  const auto& again = settled.claimed.at(0);
  REQUIRE(again.size() == 2);
  CHECK(again[0].args == "waiting");
  CHECK(again[0].attempts_used() == 1);
  CHECK(apply(*route.store, repeated).outcomes == std::vector{OutcomeResult::refused});
  CHECK(route.jobs("args = 'new'") == "1");
}

namespace {

/// As another node does that has given the route's for dead.
void bury(Route& route) {
  auto sql = detail::pg::with_schema(sql::postgres::remove_node, "public");
  sql.replace(sql.find("$1"), 2, "'{" + std::to_string(route.store->node_id()) + "}'");
  route.database.run(sql);
}

} // namespace

TEST_CASE("a commit in doubt is not repeated by a node that was given up for dead",
          "[pg][turns][lost]") {
  Route route;
  const auto answered = GENERATE(false, true);
  CAPTURE(answered);
  const Work work{*route.store};
  route.proxy.hold(answered ? PgProxy::Hold::ends : PgProxy::Hold::all);
  auto result = route.apply_aside(work.batch);
  REQUIRE(route.comes_to("args = 'new'", 1)); // committed
  REQUIRE(support::eventually([&] { return route.proxy.has_held(); }));
  bury(route); // and with the node what it has marked
  route.proxy.hold(PgProxy::Hold::nothing);
  route.proxy.cut();
  const auto doubt = error_of([&] { (void)result.get(); });
  CHECK(doubt.code() == errc::in_doubt);
  CHECK_THAT(doubt.what(), support::has("gave this node up for dead"));
  CHECK(route.jobs("args = 'new'") == "1");
  // That is the last word on it: others' turns go on.
  CHECK(apply(*route.store, enqueues_of({job_of("other")})).enqueued.at(0).failed == errc{});
  CHECK(route.jobs("args = 'other'") == "1");
  CHECK(route.jobs("args = 'new'") == "1");
}

TEST_CASE("a commit in doubt is known though its node was given up for dead before it",
          "[pg][turns][lost]") {
  Route route;
  const Work work{*route.store};
  const auto buried = route.store->node_id();
  bury(route);
  route.proxy.hold(PgProxy::Hold::all);
  auto result = route.apply_aside(work.batch);
  REQUIRE(route.comes_to("args = 'new'", 1));
  REQUIRE(support::eventually([&] { return route.proxy.has_held(); }));
  route.proxy.hold(PgProxy::Hold::nothing);
  route.proxy.cut();
  const auto answer = result.get();
  CHECK(answer.outcomes == std::vector{OutcomeResult::applied});
  CHECK(route.jobs("args = 'new'") == "1");
  // Only nodes that are there claim: it may have become a new one meanwhile.
  const bool has_claimed = !claim(*route.store, 10).empty();
  CHECK((!has_claimed || route.store->node_id() != buried));
}

TEST_CASE("marks of turns are forgotten though a transaction that did so was rolled back",
          "[pg][turns][lost]") {
  const PgTables tables;
  PgStore store{quick_store(tables.target())};
  auto database = tables.connect();
  // The first one is: a deadlock, say.
  database.run("CREATE SEQUENCE tries; CREATE FUNCTION refuse_once() RETURNS trigger "
               "LANGUAGE plpgsql SET search_path FROM CURRENT AS 'BEGIN "
               "IF nextval(''tries'') = 1 THEN RAISE serialization_failure; END IF; "
               "RETURN NULL; END'; CREATE TRIGGER refuse_once BEFORE DELETE ON zzz_jobs_turns "
               "FOR EACH STATEMENT EXECUTE FUNCTION refuse_once()");
  for (int i = 0; i < 700; ++i)
    (void)apply(store, enqueues_of({job_of("a")}));
  CHECK(database.value("SELECT last_value FROM tries") == "2");
  CHECK(database.value("SELECT min(turn) FROM zzz_jobs_turns") == "512");
}

TEST_CASE("a burial takes with it what was marked after an earlier one", "[pg][turns][lost]") {
  Route route;
  const auto marks = [&] {
    return route.database.value("SELECT count(*) FROM zzz_jobs_turns t WHERE NOT EXISTS "
                                "(SELECT FROM zzz_jobs_nodes n WHERE n.id = t.node)");
  };
  REQUIRE(support::eventually([&] { // unless it has just become a new node
    bury(route);
    CHECK(apply(*route.store, enqueues_of({job_of("a")})).enqueued.at(0).failed == errc{});
    return marks() == "1";
  }));
  { // stops, and leaves nothing
    const PgStore other{quick_store({route.fresh.url()})};
  }
  CHECK(marks() == "0");
}
