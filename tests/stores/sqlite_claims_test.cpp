#include "stores/sqlite_file.hpp"

#include <fstream>
#include <iterator>

using namespace zzz_jobs;
using namespace zzz_jobs::tests;

namespace {

/// `count` jobs of a worker that no test knows, more urgent than all others.
void add_unknown(SqliteStore& store, int count) {
  Batch batch;
  for (int i = 0; i < count; ++i)
    batch.enqueues.push_back(make_new_job("unknown", "{}", {.priority = -10}));
  REQUIRE(store.apply(batch).enqueued.size() == static_cast<std::size_t>(count));
}

/// The table takes no job whose arguments are "spam".
void refuse_spam(SqliteStore& store, const std::string& when = "BEFORE") {
  store.transaction([&](sqlite3* connection) {
    const auto trigger = "CREATE TRIGGER no_spam " + when
      + " INSERT ON zzz_jobs WHEN new.args = 'spam' BEGIN SELECT raise(ABORT, 'no spam'); END";
    REQUIRE(sqlite3_exec(connection, trigger.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK);
  });
}

/// SQLite's log, into which every write goes first.
std::string log_of(const SqliteFile& file) {
  auto path = file.path();
  path += "-wal";
  std::ifstream in{path, std::ios::binary};
  return {std::istreambuf_iterator<char>{in}, {}};
}

} // namespace

TEST_CASE("behind thousands of jobs of other workers the order stays exact", "[sqlite][claims]") {
  const SqliteFile file;
  auto store = file.open();
  add_unknown(store, 3000);
  const auto known = std::make_shared<const std::unordered_set<std::string>>(
    std::initializer_list<std::string>{"mailer"});
  const auto claim_known = [&](std::uint32_t slots) {
    Batch batch;
    batch.claims.push_back({.queue = "default", .slots = slots, .known_workers = known});
    return store.apply(batch).claimed.at(0);
  };
  CHECK(claim_known(1).empty());
  const auto normal = store.enqueue("mailer", "{}").id;
  CHECK(claim_known(1).at(0).id == normal);

  SECTION("a more urgent job is found") {
    const auto urgent = store.enqueue("mailer", "{}", {.priority = -20}).id;
    store.enqueue("mailer", "{}");
    CHECK(claim_known(1).at(0).id == urgent);
  }
  SECTION("a job of the same priority is found") {
    const auto same = store.enqueue("mailer", "{}", {.priority = -10}).id;
    CHECK(claim_known(1).at(0).id == same);
  }
  SECTION("a job handed back is found") {
    const auto urgent = store.enqueue("mailer", "{}", {.priority = -20});
    const auto held = claim_known(1);
    CHECK(claim_known(1).empty());
    CHECK(end(store, {.claim = held.at(0).claim(), .kind = OutcomeKind::release})
          == OutcomeResult::applied);
    CHECK(claim_known(1).at(0).id == urgent.id);
  }
  SECTION("a job retried by hand is found") {
    const auto urgent = store.enqueue("mailer", "{}", {.priority = -20}).id;
    REQUIRE(store.cancel(urgent).result == ChangeResult::changed);
    CHECK(claim_known(1).empty());
    REQUIRE(store.retry(urgent).result == ChangeResult::changed);
    CHECK(claim_known(1).at(0).id == urgent);
  }
  SECTION("a job that became due is found") {
    const auto urgent = store.enqueue("mailer", "{}", {.priority = -20, .delay = 10s}).id;
    CHECK(claim_known(1).empty());
    file.clock->advance(10s);
    CHECK(claim_known(1).at(0).id == urgent);
  }
  SECTION("a job that another program inserted is found") {
    OtherProgram{file.path()}.run("INSERT INTO zzz_jobs (worker, priority) VALUES ('mailer', -20)");
    CHECK(claim_known(1).at(0).priority == -20);
  }
  SECTION("a job inserted in the application's transaction is found") {
    store.transaction([](sqlite3* connection) {
      REQUIRE(sqlite3_exec(connection,
                           "INSERT INTO zzz_jobs (worker, priority) VALUES ('mailer', -20)",
                           nullptr, nullptr, nullptr)
              == SQLITE_OK);
    });
    CHECK(claim_known(1).at(0).priority == -20);
  }
  SECTION("another set of workers starts from the front") {
    CHECK(claim(store, 1, {"unknown"}).at(0).id == 1);
    CHECK(claim(store, 5).size() == 5);
  }
}

TEST_CASE("a turn that finds nothing writes nothing", "[sqlite][claims]") {
  const SqliteFile file;
  auto store = file.open(Durability::full);
  store.enqueue("unknown", "{}");
  store.enqueue("mailer", "{}", {.delay = 1h});
  const auto before = log_of(file);
  REQUIRE_FALSE(before.empty());
  for (int i = 0; i < 10; ++i) {
    Batch empty;
    const auto result = store.apply(empty);
    CHECK(result.next_due == store.now() + 1h - i * 1s);
    CHECK(claim(store, 1, {"mailer"}).empty());
    CHECK(claim(store, 1, {}, "elsewhere").empty());
    file.clock->advance(1s);
  }
  CHECK((log_of(file) == before)); // not printed: it is long
}

TEST_CASE("more jobs than one promotion takes become available in the following turns",
          "[sqlite][claims]") {
  const SqliteFile file;
  auto store = file.open();
  Batch batch;
  for (int i = 0; i < 12'000; ++i)
    batch.enqueues.push_back(make_new_job("mailer", "{}", {.delay = 10s}));
  static_cast<void>(store.apply(batch));
  file.clock->advance(10s);
  std::size_t claimed = 0;
  for (int turn = 0; turn < 3; ++turn) {
    Batch next;
    next.claims.push_back({"default", 20'000, 0});
    const auto result = store.apply(next);
    claimed += result.claimed.at(0).size();
    CHECK((claimed == 12'000 || result.next_due <= store.now()));
  }
  CHECK(claimed == 12'000);
}

TEST_CASE("a row that the table refuses fails alone", "[sqlite][claims]") {
  const SqliteFile file;
  auto store = file.open();
  refuse_spam(store);
  Batch batch;
  batch.enqueues.push_back(make_new_job("mailer", "one", {}));
  batch.enqueues.push_back(make_new_job("mailer", "spam", {}));
  batch.enqueues.push_back(make_new_job("mailer", "spam", {}));
  batch.enqueues.back().tick = CronTick{"nightly", store.now()};
  batch.enqueues.push_back(make_new_job("mailer", "two", {}));
  const auto done = store.apply(batch).enqueued;
  CHECK(done.at(0).failed == errc{});
  CHECK(done.at(1).failed == errc::invalid_argument);
  CHECK(contains(done.at(1).error, "no spam"));
  CHECK(done.at(2).failed == errc::invalid_argument);
  CHECK_FALSE(store.last_tick("nightly"));
  CHECK(done.at(3).failed == errc{});
  CHECK(store.list({}, {}).size() == 2);
  CHECK(error_of([&] { store.enqueue("mailer", "spam"); }).code() == errc::invalid_argument);
}

TEST_CASE("who holds a key keeps it where the job that was to replace it is refused",
          "[sqlite][claims]") {
  const SqliteFile file;
  auto store = file.open();
  refuse_spam(store, GENERATE("BEFORE", "AFTER")); // before the key is looked at, and after
  const auto waiting = store.enqueue("mailer", "one", {.unique_key = "waiting"}).id;
  const auto running = store.enqueue("mailer", "one", {.queue = "busy", .unique_key = "running"});
  const auto held = claim(store, 1, {}, "busy");
  REQUIRE(held.at(0).id == running.id);
  const auto replacing = [](const std::string& key, const std::string& args) {
    return make_new_job("mailer", args,
                        {.unique_key = key, .unique_strategy = UniqueStrategy::cancel_existing});
  };
  Batch batch;
  batch.enqueues.push_back(replacing("waiting", "spam"));
  batch.enqueues.push_back(replacing("running", "spam"));
  batch.enqueues.push_back(make_new_job("mailer", "two", {}));
  const auto result = store.apply(batch);
  CHECK(result.enqueued.at(0).failed == errc::invalid_argument);
  CHECK(result.enqueued.at(1).failed == errc::invalid_argument);
  CHECK(result.enqueued.at(2).failed == errc{});
  CHECK_FALSE(result.enqueued.at(1).cancelled);
  CHECK(store.get(waiting)->state == JobState::available);
  CHECK(store.get(waiting)->errors.empty());
  CHECK(store.get(running.id)->state == JobState::executing);
  // The keys are still theirs, and the execution counts.
  CHECK(store.enqueue("mailer", "x", {.unique_key = "waiting"}).id == waiting);
  CHECK(end(store, {.claim = held.at(0).claim()}) == OutcomeResult::applied);
  CHECK(error_of([&] {
          store.enqueue(
            "mailer", "spam",
            {.unique_key = "waiting", .unique_strategy = UniqueStrategy::cancel_existing});
        }).code()
        == errc::invalid_argument);
  CHECK(store.get(waiting)->state == JobState::available);
  // What is taken replaces it.
  Batch taken;
  taken.enqueues.push_back(replacing("waiting", "ham"));
  CHECK(store.apply(taken).enqueued.at(0).id > running.id);
  CHECK(store.get(waiting)->state == JobState::cancelled);
}

TEST_CASE("a row that SQLite finds too large fails alone", "[sqlite][claims]") {
  const SqliteFile file;
  auto store = file.open();
  store.transaction(
    [](sqlite3* connection) { sqlite3_limit(connection, SQLITE_LIMIT_LENGTH, 10'000); });
  Batch batch;
  batch.enqueues.push_back(make_new_job("mailer", std::string(20'000, 'x'), {}));
  batch.enqueues.push_back(make_new_job("mailer", std::string(9'990, 'x'), {}));
  batch.enqueues.push_back(make_new_job("mailer", "small", {}));
  const auto done = store.apply(batch).enqueued;
  CHECK(done.at(0).failed == errc::too_large);
  CHECK(done.at(1).failed == errc::too_large); // as a row, with its other columns
  CHECK(done.at(2).failed == errc{});
  CHECK(claim(store, 5).size() == 1);
}

TEST_CASE("deleting and pruning go over a large table piece by piece", "[sqlite][retention]") {
  const SqliteFile file;
  auto store = file.open();
  OtherProgram{file.path()}.run(
    "WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < 25000) "
    "INSERT INTO zzz_jobs (worker, state, completed_at) SELECT 'w', 2 + 2 * (i % 2), i FROM n");
  CHECK(store.delete_completed(UnixTime{12'000s}) == 5'999);
  CHECK(store.prune({.discarded = {.count = 100}}, 12'000) == 12'000);
  CHECK(store.prune({.discarded = {.count = 100}}, 12'000) == 400);
  CHECK(store.count_by_state("default", JobState::discarded) == 100);
  CHECK(store.list({.state = JobState::discarded}, {.limit = 1}).at(0).completed_at
        == UnixTime{24'801s});
  CHECK(store.prune({.completed = {.age = 1s}}, 4'000) == 4'000);
  CHECK(store.prune({.completed = {.age = 1s}}, 4'000) == 2'501);
  CHECK(store.prune({.completed = {.age = 1s}}, 4'000) == 0);
  store.enqueue("w", "{}");
  CHECK(store.count_by_state("default", JobState::available) == 1);
}
