#include "stores/pg_listener.hpp"

#include <zzz_jobs/stores/new_job.hpp>

#include <atomic>
#include <set>
#include <thread>
#include <vector>

using namespace zzz_jobs;
using namespace zzz_jobs::tests;
using support::has;

namespace {

using Rows = std::vector<std::vector<std::string>>;

/// The text that the database refuses a call with.
std::string refusal(support::SqlConnection& connection, const std::string& arguments) {
  try {
    connection.run("SELECT * FROM zzz_jobs_enqueue(" + arguments + ")");
  } catch (const std::exception& error) {
    return error.what();
  }
  return "accepted";
}

/// Tables of this version, and a program that knows SQL only.
struct Database {
  Database() { pg::migrate_up(tables.target()); }
  PgTables tables{};
  support::SqlConnection other{tables.connect()};
};

} // namespace

TEST_CASE("a call of the function with a worker alone makes a job of the defaults",
          "[pg][function]") {
  Database database;
  CHECK(database.other.rows("SELECT * FROM zzz_jobs_enqueue('mailer')") == Rows{{"1", "f"}});
  CHECK(database.other.rows(
          "SELECT worker, args, queue, priority, max_attempts, state, scheduled_at, unique_key, "
          "timeout_s, attempt, free_attempts, node FROM zzz_jobs")
        == Rows{{"mailer", "{}", "default", "0", "20", "0", "0", "NULL", "300", "0", "0", "NULL"}});
  CHECK(database.other.value("SELECT abs(inserted_at - extract(epoch FROM now())) < 60 "
                             "FROM zzz_jobs")
        == "t");
}

TEST_CASE("a null argument of the function stands for its default", "[pg][function]") {
  Database database;
  database.other.run("SELECT * FROM zzz_jobs_enqueue('a');"
                     "SELECT * FROM zzz_jobs_enqueue('a', NULL, NULL, NULL, NULL, NULL, NULL, "
                     "NULL, NULL, NULL, NULL)");
  CHECK(database.other.value("SELECT count(DISTINCT (worker, args, queue, priority, max_attempts, "
                             "state, scheduled_at, unique_key, timeout_s)) FROM zzz_jobs")
        == "1");
}

TEST_CASE("every option of the function reaches the row", "[pg][function]") {
  Database database;
  auto& other = database.other;
  other.run("SELECT * FROM zzz_jobs_enqueue('mailer', '{\"a\":1}', 'mail', -5, 3, "
            "scheduled_at => 100, unique_key => 'k', timeout_s => 7)");
  CHECK(other.rows("SELECT args, queue, priority, max_attempts, state, scheduled_at, unique_key, "
                   "timeout_s FROM zzz_jobs")
        == Rows{{"{\"a\":1}", "mail", "-5", "3", "0", "100", "k", "7"}});
}

TEST_CASE("a job of the function is scheduled by the database's clock", "[pg][function]") {
  Database database;
  auto& other = database.other;
  other.run("SELECT * FROM zzz_jobs_enqueue('later', delay_s => 60);"
            "SELECT * FROM zzz_jobs_enqueue('at_once', delay_s => 0);"
            "SELECT * FROM zzz_jobs_enqueue('future', scheduled_at => "
            "  extract(epoch FROM now())::bigint + 1000);"
            "SELECT * FROM zzz_jobs_enqueue('past', scheduled_at => 1)");
  CHECK(other.rows("SELECT worker, state FROM zzz_jobs ORDER BY id")
        == Rows{{"later", "6"}, {"at_once", "0"}, {"future", "6"}, {"past", "0"}});
  CHECK(other.value("SELECT scheduled_at - inserted_at FROM zzz_jobs WHERE worker = 'later'")
        == "60");
}

TEST_CASE("the function refuses what the library refuses, in the same words", "[pg][function]") {
  Database database;
  struct Call {
    std::string sql;
    std::string worker = "w";
    std::string args = "{}";
    JobOpts opts{};
  };
  const std::string long_name(256, 'x');
  const std::string long_key(1025, 'x');
  const Call calls[] = {
    {"''", ""},
    {"'" + long_name + "'", long_name},
    {"'w', repeat('x', 1048577)", "w", std::string(1'048'577, 'x')},
    {"'w', queue => ''", "w", "{}", {.queue = ""}},
    {"'w', queue => '" + long_name + "'", "w", "{}", {.queue = long_name}},
    {"'w', max_attempts => 0", "w", "{}", {.max_attempts = 0}},
    {"'w', max_attempts => 10001", "w", "{}", {.max_attempts = 10'001}},
    {"'w', timeout_s => 0", "w", "{}", {.timeout = std::chrono::seconds{0}}},
    {"'w', timeout_s => 2592001", "w", "{}", {.timeout = std::chrono::seconds{2'592'001}}},
    {"'w', delay_s => -1", "w", "{}", {.delay = std::chrono::seconds{-1}}},
    {"'w', delay_s => 3155760001", "w", "{}", {.delay = std::chrono::seconds{3'155'760'001}}},
    {"'w', delay_s => 1, scheduled_at => 1",
     "w",
     "{}",
     {.scheduled_at = UnixTime{std::chrono::seconds{1}}, .delay = std::chrono::seconds{1}}},
    {"'w', unique_key => ''", "w", "{}", {.unique_key = ""}},
    {"'w', unique_key => '" + long_key + "'", "w", "{}", {.unique_key = long_key}},
  };
  for (const auto& call : calls) {
    const auto error = error_of(
      [&] { static_cast<void>(make_new_job(call.worker, call.args, call.opts, Limits{})); });
    INFO(call.sql.substr(0, 60));
    CHECK_THAT(refusal(database.other, call.sql), has(error.what()));
  }
  CHECK_THAT(refusal(database.other, "'w', unique_strategy => 'replace'"),
             has("unique_strategy: must be ignore_new or cancel_existing, got \"replace\""));
  CHECK_THAT(refusal(database.other, "NULL"), has("worker: must not be empty"));
  CHECK(database.other.value("SELECT count(*) FROM zzz_jobs") == "0");
}

TEST_CASE("the function takes options to the ends of their ranges", "[pg][function]") {
  Database database;
  for (const auto* call :
       {"repeat('x', 255), repeat('x', 1048576), repeat('x', 255), 2147483647, 10000, "
        "unique_key => repeat('x', 1024), timeout_s => 2592000, delay_s => 3155760000",
        "'w', priority => -2147483648, max_attempts => 1, timeout_s => 1, delay_s => 0"})
    CHECK(refusal(database.other, call) == "accepted");
}

TEST_CASE("a refusal of the function has the code of a wrong argument", "[pg][function]") {
  Database database;
  CHECK(database.other.value("CREATE FUNCTION code() RETURNS text LANGUAGE plpgsql AS "
                             "'BEGIN PERFORM zzz_jobs_enqueue(''''); RETURN ''accepted''; "
                             "EXCEPTION WHEN OTHERS THEN RETURN SQLSTATE; END'; SELECT code()")
        == "22023");
}

TEST_CASE("the function answers with the live job of the same key", "[pg][function]") {
  Database database;
  auto& other = database.other;
  const std::string call = "SELECT * FROM zzz_jobs_enqueue('w', unique_key => 'k')";
  CHECK(other.rows(call) == Rows{{"1", "f"}});
  for (const auto* live : {"0", "1", "3", "6"}) {
    other.run("UPDATE zzz_jobs SET state = " + std::string{live});
    CHECK(other.rows(call) == Rows{{"1", "t"}});
  }
  for (const auto* final : {"2", "4", "5"}) {
    other.run("UPDATE zzz_jobs SET state = " + std::string{final});
    CHECK(other.rows(call).at(0).at(1) == "f");
  }
}

TEST_CASE("the function cancels the live job of the same key where that is asked for",
          "[pg][function]") {
  Database database;
  auto& other = database.other;
  other.run("INSERT INTO zzz_jobs (worker, state, node, attempt, unique_key) "
            "VALUES ('old', 1, 7, 2, 'k')");
  CHECK(other.rows("SELECT conflict FROM zzz_jobs_enqueue('new', unique_key => 'k', "
                   "unique_strategy => 'cancel_existing')")
        == Rows{{"f"}});
  CHECK(other.rows("SELECT worker, state, node, attempt, completed_at IS NULL FROM zzz_jobs "
                   "ORDER BY id")
        == Rows{{"old", "5", "NULL", "2", "f"}, {"new", "0", "NULL", "0", "t"}});
}

TEST_CASE("of many concurrent calls of one key one makes a row", "[pg][function]") {
  const Database database;
  constexpr int calls = 64;
  std::atomic<int> made = 0;
  std::atomic<int> failures = 0;
  std::vector<std::string> ids(calls);
  {
    std::vector<std::jthread> callers;
    for (int i = 0; i < calls; ++i)
      callers.emplace_back([&, &id = ids[static_cast<std::size_t>(i)]] {
        try {
          const auto rows = database.tables.connect().rows(
            "SELECT * FROM zzz_jobs_enqueue('w', unique_key => 'k')");
          made += rows.at(0).at(1) == "f" ? 1 : 0;
          id = rows.at(0).at(0);
        } catch (const std::exception&) {
          ++failures;
        }
      });
  }
  CHECK(failures == 0);
  CHECK(made == 1);
  CHECK(std::set<std::string>(ids.begin(), ids.end()).size() == 1);
  CHECK(database.tables.connect().value("SELECT count(*) FROM zzz_jobs") == "1");
}

TEST_CASE("concurrent calls that cancel each other's job leave one live", "[pg][function]") {
  const Database database;
  std::atomic<int> failures = 0;
  {
    std::vector<std::jthread> callers;
    for (int i = 0; i < 8; ++i)
      callers.emplace_back([&] {
        auto connection = database.tables.connect();
        for (int round = 0; round < 20; ++round)
          try {
            connection.run("SELECT * FROM zzz_jobs_enqueue('w', unique_key => 'k', "
                           "unique_strategy => 'cancel_existing')");
          } catch (const std::exception&) {
            ++failures;
          }
      });
  }
  CHECK(failures == 0);
  auto other = database.tables.connect();
  CHECK(other.value("SELECT count(*) FROM zzz_jobs") == "160");
  CHECK(other.value("SELECT count(*) FROM zzz_jobs WHERE state = 0") == "1");
  CHECK(other.value("SELECT count(*) FROM zzz_jobs WHERE state = 5") == "159");
}

TEST_CASE("a key whose holder ends meanwhile is not lost between two jobs", "[pg][function]") {
  const Database database;
  std::atomic<bool> done = false;
  std::atomic<int> failures = 0;
  {
    std::jthread finisher{[&] {
      auto connection = database.tables.connect();
      while (!done)
        connection.run("UPDATE zzz_jobs SET state = 2 WHERE state = 0");
    }};
    {
      std::vector<std::jthread> callers;
      for (int i = 0; i < 4; ++i)
        callers.emplace_back([&] {
          auto connection = database.tables.connect();
          for (int round = 0; round < 50; ++round)
            try {
              if (connection.rows("SELECT id FROM zzz_jobs_enqueue('w', unique_key => 'k')").size()
                  != 1)
                ++failures;
            } catch (const std::exception&) {
              ++failures;
            }
        });
    }
    done = true;
  }
  CHECK(failures == 0);
}

TEST_CASE("the function works in a trigger, whatever the search_path is", "[pg][function]") {
  const Database database;
  auto other = database.tables.connect();
  const auto function = other.identifier(database.tables.schema()) + ".zzz_jobs_enqueue";
  other.run("CREATE TABLE orders (id BIGINT);"
            "CREATE FUNCTION ordered() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            "PERFORM "
            + function
            + "('ship', json_build_object('id', NEW.id)::text); RETURN NULL; END $$;"
              "CREATE TRIGGER ordered AFTER INSERT ON orders FOR EACH ROW "
              "EXECUTE FUNCTION ordered()");
  other.run("BEGIN; INSERT INTO orders VALUES (1); ROLLBACK");
  const auto orders = other.identifier(database.tables.schema()) + ".orders";
  support::SqlConnection{database.tables.target().url}.run("INSERT INTO " + orders
                                                           + " VALUES (2), (3)");
  CHECK(other.value("SELECT string_agg(args, ' ' ORDER BY id) FROM zzz_jobs")
        == "{\"id\" : 2} {\"id\" : 3}");
}

TEST_CASE("a job that a trigger suppresses is not reported as enqueued", "[pg][function]") {
  Database database;
  database.other.run("CREATE FUNCTION suppress() RETURNS trigger LANGUAGE plpgsql AS "
                     "'BEGIN RETURN NULL; END';"
                     "CREATE TRIGGER suppress BEFORE INSERT ON zzz_jobs FOR EACH ROW "
                     "EXECUTE FUNCTION suppress()");
  CHECK_THAT(refusal(database.other, "'w'"), has("the job was not inserted"));
  CHECK_THAT(refusal(database.other, "'w', unique_key => 'k'"), has("the job was not inserted"));
}

TEST_CASE("the function wakes the job's queue at commit, unless told not to", "[pg][function]") {
  Database database;
  auto& other = database.other;
  PgListener listener{database.tables};
  other.run("BEGIN; SELECT * FROM zzz_jobs_enqueue('w', queue => 'mail')");
  CHECK(listener.heard_so_far().empty());
  other.run("COMMIT");
  CHECK(listener.heard_so_far() == std::vector<std::string>{":mail"});
  other.run("SELECT * FROM zzz_jobs_enqueue('w', wake => false)");
  CHECK(listener.heard_so_far().empty());
}

TEST_CASE("the function tells a node whose running job it cancels", "[pg][function]") {
  Database database;
  auto& other = database.other;
  other.run("INSERT INTO zzz_jobs (worker, state, unique_key) VALUES ('w', 1, 'k')");
  PgListener listener{database.tables};
  other.run("SELECT * FROM zzz_jobs_enqueue('w', unique_key => 'k', "
            "unique_strategy => 'cancel_existing')");
  CHECK(listener.heard_so_far() == std::vector<std::string>{":default", "claims"});
}
