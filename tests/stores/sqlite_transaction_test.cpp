#include "stores/sqlite_file.hpp"

#include <zzz_jobs/stores/sqlite_transaction.hpp>

#include <stdexcept>

using namespace zzz_jobs;
using namespace zzz_jobs::tests;

namespace {

void execute(sqlite3* connection, const char* sql) {
  REQUIRE(sqlite3_exec(connection, sql, nullptr, nullptr, nullptr) == SQLITE_OK);
}

} // namespace

TEST_CASE("an enqueue in the store's transaction stands with the application's change",
          "[sqlite][transaction]") {
  const SqliteFile file;
  auto store = file.open();
  store.transaction([](sqlite3* connection) { execute(connection, "CREATE TABLE orders (n)"); });
  std::int64_t id = 0;
  store.transaction([&](sqlite3* connection) {
    execute(connection, "INSERT INTO orders VALUES (1)");
    const auto done = enqueue(connection, "mailer", "{}", {.delay = 10s});
    CHECK(done.state == JobState::scheduled);
    CHECK(done.scheduled_at == store.now() + 10s); // the store's clock, not the machine's
    id = done.id;
  });
  CHECK(store.get(id)->state == JobState::scheduled);
  file.clock->advance(10s);
  CHECK(claim(store, 1).at(0).id == id);
}

TEST_CASE("an enqueue falls with the application's transaction", "[sqlite][transaction]") {
  const SqliteFile file;
  auto store = file.open();
  CHECK_THROWS_AS(store.transaction([&](sqlite3* connection) {
    static_cast<void>(enqueue(connection, "mailer", "{}"));
    throw std::logic_error{"changed my mind"};
  }),
                  std::logic_error);
  CHECK(store.list({}, {}).empty());
  CHECK(claim(store, 1).empty());
  CHECK(store.enqueue("mailer", "{}").id > 0);
}

TEST_CASE("the application's own connection commits and rolls back an enqueue",
          "[sqlite][transaction]") {
  const SqliteFile file;
  auto store = file.open();
  OtherProgram application{file.path()};
  CHECK(claim(store, 1).empty());
  application.run("BEGIN IMMEDIATE");
  static_cast<void>(enqueue(application.get(), "mailer", "lost"));
  application.run("ROLLBACK");
  CHECK(claim(store, 1).empty());
  application.run("BEGIN");
  const auto done = enqueue(application.get(), "mailer", "kept", {.unique_key = "k"});
  CHECK(claim(store, 1).empty());
  application.run("COMMIT");
  CHECK(claim(store, 1).at(0).id == done.id);
}

TEST_CASE("unique keys hold on the application's connection", "[sqlite][transaction]") {
  const SqliteFile file;
  auto store = file.open();
  const auto first = store.enqueue("mailer", "{}", {.unique_key = "k"});
  REQUIRE(claim(store, 1).size() == 1);
  OtherProgram application{file.path()};
  application.run("BEGIN IMMEDIATE");
  const auto same = enqueue(application.get(), "mailer", "{}", {.unique_key = "k"});
  CHECK(same.conflict);
  CHECK(same.id == first.id);
  const auto next =
    enqueue(application.get(), "mailer", "{}",
            {.unique_key = "k", .unique_strategy = UniqueStrategy::cancel_existing});
  CHECK(next.cancelled == Claim{first.id, 1});
  application.run("COMMIT");
  CHECK(store.get(first.id)->state == JobState::cancelled);
  CHECK(store.get(next.id)->state == JobState::available);
}

TEST_CASE(
  "an enqueue is refused outside a transaction, in a file without the table, and by a limit",
  "[sqlite][transaction]") {
  const SqliteFile file;
  OtherProgram application{file.path()};
  CHECK(error_of([&] { static_cast<void>(enqueue(application.get(), "mailer", "{}")); }).code()
        == errc::not_allowed);
  application.run("BEGIN");
  const auto error =
    error_of([&] { static_cast<void>(enqueue(application.get(), "mailer", "{}")); });
  CHECK(contains(error.what(), "no such table"));
  CHECK(error_of([&] {
          static_cast<void>(
            enqueue(application.get(), "mailer", "12345", {}, Limits{.args_bytes_max = 4}));
        }).code()
        == errc::too_large);
}

TEST_CASE("the store refuses to be called from within its transaction", "[sqlite][transaction]") {
  const SqliteFile file;
  auto store = file.open();
  store.transaction([&](sqlite3*) {
    CHECK(error_of([&] { store.enqueue("mailer", "{}"); }).code() == errc::not_allowed);
    CHECK(error_of([&] { store.transaction([](sqlite3*) {}); }).code() == errc::not_allowed);
  });
  CHECK(store.enqueue("mailer", "{}").id == 1);
}

TEST_CASE("a transaction that was ended inside is an error", "[sqlite][transaction]") {
  const SqliteFile file;
  auto store = file.open();
  const auto error = error_of(
    [&] { store.transaction([](sqlite3* connection) { execute(connection, "COMMIT"); }); });
  CHECK(error.code() == errc::not_allowed);
  CHECK(store.enqueue("mailer", "{}").id == 1);
}
