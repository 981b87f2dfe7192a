// Rows that the application's own constraints and triggers refuse.
#include "stores/pg_stores.hpp"

using namespace zzz_jobs;
using namespace zzz_jobs::tests;

namespace {

/// A table on which the application has put a rule.
struct Ruled {
  explicit Ruled(const std::string& rule) { database.run(rule); }

  BatchResult put(std::vector<NewJob> jobs) { return apply(store, enqueues_of(std::move(jobs))); }
  [[nodiscard]] std::string count(const std::string& condition) {
    return database.value("SELECT count(*) FROM zzz_jobs WHERE " + condition);
  }

  PgTables tables{};
  PgStore store{quick_store(tables.target())};
  support::SqlConnection database{tables.connect()};
};

const std::string no_bad_args = "ALTER TABLE zzz_jobs ADD CONSTRAINT no_bad CHECK (args <> 'bad')";
const std::string raises =
  "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS "
  "'BEGIN RAISE EXCEPTION ''not on a % day'', NEW.args; END';"
  "CREATE TRIGGER refuse BEFORE INSERT ON zzz_jobs FOR EACH ROW WHEN (NEW.args = 'bad') "
  "EXECUTE FUNCTION refuse()";
/// Looked at when the transaction commits.
const std::string raises_late =
  "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS "
  "'BEGIN RAISE EXCEPTION ''not on a % day'', NEW.args; END';"
  "CREATE CONSTRAINT TRIGGER refuse AFTER INSERT ON zzz_jobs DEFERRABLE INITIALLY DEFERRED "
  "FOR EACH ROW WHEN (NEW.args = 'bad') EXECUTE FUNCTION refuse()";

/// 200 rows of which some are bad.
std::vector<NewJob> rows_with_bad(std::initializer_list<std::size_t> bad) {
  std::vector<NewJob> jobs;
  for (int i = 0; i < 200; ++i)
    jobs.push_back(job_of(std::to_string(i)));
  for (const auto place : bad)
    jobs[place].args = "bad";
  return jobs;
}

void check_refused(const Enqueued& done, const std::string& reason) {
  CHECK(done.failed == errc::invalid_argument);
  CHECK_THAT(done.error, support::has("the table refuses it"));
  CHECK_THAT(done.error, support::has(reason));
  CHECK(done.id == 0);
}

/// All but the bad ones are in, in their order, each with its answer.
void check_others(Ruled& ruled, const BatchResult& result, const std::vector<NewJob>& jobs) {
  REQUIRE(result.enqueued.size() == jobs.size());
  std::int64_t before = 0;
  for (std::size_t i = 0; i < jobs.size(); ++i) {
    if (jobs[i].args == "bad")
      continue;
    const auto& done = result.enqueued[i];
    REQUIRE(done.failed == errc{});
    REQUIRE(done.state == JobState::available);
    REQUIRE(done.id > before);
    before = done.id;
    REQUIRE(ruled.store.get(done.id)->args == jobs[i].args);
  }
}

} // namespace

TEST_CASE("one row of two hundred that a constraint refuses is answered alone",
          "[pg][turns][refused]") {
  Ruled ruled{no_bad_args};
  const auto jobs = rows_with_bad({137});
  const auto result = ruled.put(jobs);
  check_others(ruled, result, jobs);
  check_refused(result.enqueued[137], "no_bad");
  CHECK(ruled.count("true") == "199");
  CHECK(ruled.put({job_of("later")}).enqueued[0].failed == errc{});
}

TEST_CASE("two rows that a trigger refuses are answered alone, with its words",
          "[pg][turns][refused]") {
  Ruled ruled{raises};
  const auto jobs = rows_with_bad({0, 199});
  const auto result = ruled.put(jobs);
  check_others(ruled, result, jobs);
  check_refused(result.enqueued[0], "not on a bad day");
  check_refused(result.enqueued[199], "not on a bad day");
  CHECK(ruled.count("true") == "198");
}

TEST_CASE("a batch of nothing but refused rows answers each of them", "[pg][turns][refused]") {
  Ruled ruled{no_bad_args};
  const auto result = ruled.put({job_of("bad"), job_of("bad"), job_of("bad")});
  REQUIRE(result.enqueued.size() == 3);
  for (const auto& done : result.enqueued)
    check_refused(done, "no_bad");
  CHECK(ruled.count("true") == "0");
}

TEST_CASE("a refused row among keyed ones changes nothing for its neighbours",
          "[pg][turns][refused]") {
  Ruled ruled{no_bad_args};
  const auto holder = ruled.put({job_of("holder", {.unique_key = "held"})}).enqueued[0].id;
  const auto replaced = ruled.put({job_of("old", {.unique_key = "r"})}).enqueued[0].id;
  const auto result = ruled.put(
    {job_of("a", {.unique_key = "a"}), job_of("plain"), job_of("bad", {.unique_key = "free"}),
     job_of("b", {.unique_key = "held"}), job_of("c", {.unique_key = "a"}),
     job_of("d", {.unique_key = "free"}),
     job_of("bad", {.unique_key = "r", .unique_strategy = UniqueStrategy::cancel_existing}),
     job_of("e")});
  const auto& done = result.enqueued;
  REQUIRE(done.size() == 8);
  check_refused(done[2], "no_bad");
  check_refused(done[6], "no_bad");
  CHECK_FALSE(done[6].cancelled);
  CHECK_FALSE(done[0].conflict);
  CHECK(done[3].conflict);
  CHECK(done[3].id == holder);
  CHECK(done[4].conflict);
  CHECK(done[4].id == done[0].id);
  CHECK_FALSE(done[5].conflict); // the one before it did not get the key
  for (const auto place : {0U, 1U, 5U, 7U}) {
    CHECK(done[place].failed == errc{});
    CHECK(ruled.store.get(done[place].id)->state == JobState::available);
  }
  CHECK(ruled.store.get(replaced)->state == JobState::available); // what it replaced as well
}

TEST_CASE("a tick whose job is refused is not fired", "[pg][turns][refused]") {
  Ruled ruled{no_bad_args};
  auto tick = job_of("bad");
  tick.tick = CronTick{"nightly", UnixTime{std::chrono::seconds{1000}}};
  const auto result = ruled.put({tick, job_of("other")});
  check_refused(result.enqueued[0], "no_bad");
  CHECK(result.enqueued[1].failed == errc{});
  CHECK_FALSE(ruled.store.last_tick("nightly"));
}

TEST_CASE("outcomes and claims of the batch with a refused row go through",
          "[pg][turns][refused]") {
  Ruled ruled{no_bad_args};
  (void)ruled.put({job_of("first"), job_of("second"), job_of("third")});
  const auto running = claim(ruled.store, 2);
  REQUIRE(running.size() == 2);
  auto batch = enqueues_of({job_of("bad"), job_of("fourth")});
  batch.outcomes.push_back({.claim = running[0].claim(), .result = "done"});
  batch.outcomes.push_back(
    {.claim = running[1].claim(), .kind = OutcomeKind::fail, .error = "broken"});
  batch.progress.push_back({running[1].claim(), 50, "half"});
  batch.claims.push_back({"mail", 10, 0});
  const auto result = apply(ruled.store, batch);
  CHECK(result.outcomes == std::vector(2, OutcomeResult::applied));
  CHECK(result.outcome_states == std::vector{JobState::completed, JobState::retryable});
  check_refused(result.enqueued[0], "no_bad");
  CHECK(result.enqueued[1].failed == errc{});
  CHECK(ruled.store.get(running[0].id)->result == "done");
  CHECK_THAT(ruled.store.get(running[1].id)->errors, support::has("broken"));
  std::vector<std::string> args;
  for (const auto& job : result.claimed.at(0)) {
    args.push_back(job.args);
    CHECK(ruled.store.get(job.id)->state == JobState::executing);
  }
  CHECK(args == std::vector<std::string>{"third", "fourth"});
}

TEST_CASE("a row that is refused at the commit is answered alone", "[pg][turns][refused]") {
  Ruled ruled{raises_late};
  const auto jobs = rows_with_bad({42});
  const auto result = ruled.put(jobs);
  check_others(ruled, result, jobs);
  check_refused(result.enqueued[42], "not on a bad day");
  CHECK(ruled.count("true") == "199");
}

TEST_CASE("an outcome that a trigger refuses fails the batch as a whole, and changes nothing",
          "[pg][turns][refused]") {
  Ruled ruled{"SELECT 1"};
  (void)ruled.put({job_of("good"), job_of("bad")});
  const auto running = claim(ruled.store, 2);
  REQUIRE(running.size() == 2);
  const auto deferred = GENERATE(false, true);
  CAPTURE(deferred);
  ruled.database.run("CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS "
                     "'BEGIN RAISE EXCEPTION ''stays''; END'; CREATE CONSTRAINT TRIGGER refuse "
                     "AFTER UPDATE ON zzz_jobs DEFERRABLE INITIALLY "
                     + std::string{deferred ? "DEFERRED" : "IMMEDIATE"}
                     + " FOR EACH ROW WHEN (NEW.args = 'bad' AND NEW.state = 2) "
                       "EXECUTE FUNCTION refuse()");
  Batch batch = enqueues_of({job_of("new")});
  for (const auto& job : running)
    batch.outcomes.push_back({.claim = job.claim()});
  const auto error = error_of([&] { (void)ruled.store.apply(batch); });
  CHECK(error.code() == errc::invalid_argument);
  CHECK_THAT(error.what(), support::has("stays"));
  CHECK(batch.outcomes.size() == 2);
  CHECK(batch.enqueues.at(0).args == "new"); // as it was
  CHECK(ruled.count("state = 1") == "2");
  CHECK(ruled.count("true") == "2");
  Batch good;
  good.outcomes.push_back({.claim = running[0].claim()});
  CHECK(apply(ruled.store, good).outcomes == std::vector{OutcomeResult::applied});
}
