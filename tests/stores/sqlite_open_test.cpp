#include "stores/sqlite_file.hpp"

#include <fstream>

using namespace zzz_jobs;
using namespace zzz_jobs::tests;

namespace {

std::string content_of(const std::filesystem::path& path) {
  std::ifstream in{path, std::ios::binary};
  return {std::istreambuf_iterator<char>{in}, {}};
}

} // namespace

TEST_CASE("jobs, pauses and ticks are there after the file is opened again", "[sqlite]") {
  const SqliteFile file;
  std::int64_t id = 0;
  {
    auto store = file.open(Durability::full);
    id = store.enqueue("mailer", "{\"to\":1}", {.priority = 7, .unique_key = "one"}).id;
    store.pause("default");
  }
  auto store = file.open(Durability::full);
  CHECK(store.is_paused("default"));
  CHECK(claim(store, 1).empty());
  store.resume_queue("default");
  const auto jobs = claim(store, 1);
  REQUIRE(jobs.size() == 1);
  CHECK(jobs[0].id == id);
  CHECK(jobs[0].args == "{\"to\":1}");
  CHECK(jobs[0].unique_key == "one");
}

TEST_CASE("each opening is a new node, and the executions of the former can be rescued",
          "[sqlite]") {
  const SqliteFile file;
  std::int64_t first_node = 0;
  Job lost;
  {
    auto store = file.open();
    first_node = store.node_id();
    store.enqueue("mailer", "{}");
    store.enqueue("mailer", "{}", {.max_attempts = 1});
    const auto jobs = claim(store, 2);
    REQUIRE(jobs.size() == 2);
    lost = jobs[0];
    CHECK(lost.node == first_node);
    CHECK(store.open_claims("default").size() == 2);
    CHECK(store.rescue_dead_owners().empty());
  }
  auto store = file.open();
  CHECK(store.node_id() > first_node);
  CHECK(store.open_claims("default").empty());
  const auto rescued = store.rescue_dead_owners();
  REQUIRE(rescued.size() == 2);
  CHECK(rescued[0].state == JobState::available);
  CHECK(rescued[0].attempt == 1);
  CHECK(contains(rescued[0].errors, "lost: "));
  CHECK(contains(rescued[0].errors, "process " + std::to_string(getpid())));
  CHECK(rescued[1].state == JobState::discarded);
  CHECK(end(store, {.claim = lost.claim()}) == OutcomeResult::refused);
  CHECK(store.rescue_dead_owners().empty());
}

TEST_CASE("a second store on the file is refused with the holder's name", "[sqlite]") {
  const SqliteFile file;
  const auto first = file.open();
  const auto error = error_of([&] { static_cast<void>(file.open()); });
  CHECK(error.code() == errc::locked);
  CHECK(contains(error.what(), "jobs.db\" is in use by process " + std::to_string(getpid())));
}

TEST_CASE("another spelling of the path finds the same lock", "[sqlite]") {
  const SqliteFile file;
  const auto first = file.open();
  std::filesystem::create_symlink(file.path(), file.folder() / "link.db");
  auto config = file.config();
  config.path = file.folder() / "link.db";
  CHECK(error_of([&] { SqliteStore{config}; }).code() == errc::locked);
  config.path = file.folder() / "." / "jobs.db";
  CHECK(error_of([&] { SqliteStore{config}; }).code() == errc::locked);
}

TEST_CASE("a store that cannot be opened leaves no lock behind", "[sqlite]") {
  const SqliteFile file;
  std::ofstream{file.path()} << "plain text, longer than a header of SQLite's would have to be, "
                                "and more of it, so that there is no doubt about what it is";
  CHECK(error_of([&] { static_cast<void>(file.open()); }).code() == errc::corrupt);
  std::filesystem::remove(file.path());
  CHECK(file.open().now() == file.clock->now());
}

TEST_CASE("a file that is no database is corrupt and stays as it is", "[sqlite]") {
  const SqliteFile file;
  const std::string text(5000, 'x');
  std::ofstream{file.path()} << text;
  const auto error = error_of([&] { static_cast<void>(file.open()); });
  CHECK(error.code() == errc::corrupt);
  CHECK(contains(error.what(), "file is not a database"));
  CHECK(contains(error.what(), "restore"));
  CHECK(content_of(file.path()) == text);
}

TEST_CASE("a damaged page is reported as corrupt", "[sqlite]") {
  const SqliteFile file;
  {
    auto store = file.open();
    Batch batch;
    for (int i = 0; i < 2000; ++i)
      batch.enqueues.push_back(make_new_job("mailer", std::string(200, 'a'), {}));
    static_cast<void>(store.apply(batch));
  }
  {
    std::fstream out{file.path(), std::ios::in | std::ios::out | std::ios::binary};
    out.seekp(20 * 4096);
    const std::string garbage(60 * 4096, '\x5a');
    out.write(garbage.data(), static_cast<std::streamsize>(garbage.size()));
  }
  auto store = file.open();
  CHECK(error_of([&] { static_cast<void>(claim(store, 2000)); }).code() == errc::corrupt);
}

TEST_CASE("a schema newer than this program is refused and stays as it is", "[sqlite]") {
  const SqliteFile file;
  static_cast<void>(file.open());
  OtherProgram{file.path()}.run(
    "INSERT INTO zzz_jobs_migrations VALUES (999, '0999_later', 0); PRAGMA journal_mode = DELETE");
  const auto before = content_of(file.path());
  const auto error = error_of([&] { static_cast<void>(file.open()); });
  CHECK(error.code() == errc::schema_too_new);
  CHECK(contains(error.what(), "version 999"));
  CHECK_FALSE(contains(error.what(), "\n"));
  CHECK(content_of(file.path()) == before);
}

TEST_CASE("a path without a file name or folder is refused", "[sqlite]") {
  const SqliteFile file;
  CHECK(error_of([] { SqliteStore{{}}; }).code() == errc::invalid_argument);
  CHECK(error_of([] { SqliteStore{{.path = ":memory:"}}; }).code() == errc::invalid_argument);
  const auto error =
    error_of([&] { SqliteStore{{.path = file.folder() / "missing" / "jobs.db"}}; });
  CHECK(error.code() == errc::unavailable);
  CHECK(contains(error.what(), "No such file or directory"));
}

TEST_CASE("durability is what SQLite synchronises", "[sqlite]") {
  const SqliteFile file;
  const auto synchronous = [&](Durability durability) {
    auto store = file.open(durability);
    std::string level;
    store.transaction([&](sqlite3* connection) {
      sqlite3_stmt* statement = nullptr;
      sqlite3_prepare_v2(connection, "PRAGMA synchronous", -1, &statement, nullptr);
      sqlite3_step(statement);
      level = reinterpret_cast<const char*>(sqlite3_column_text(statement, 0));
      sqlite3_finalize(statement);
    });
    return level;
  };
  CHECK(synchronous(Durability::full) == "2");
  CHECK(synchronous(Durability::normal) == "1");
  CHECK(OtherProgram{file.path()}.run("PRAGMA journal_mode") == "wal");
}
