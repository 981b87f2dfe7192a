#include "stores/sqlite_file.hpp"

#include <sys/wait.h>

#include <csignal>

using namespace zzz_jobs;
using namespace zzz_jobs::tests;

namespace {

/// Writes each acknowledged job's id into the pipe, until it is killed.
[[noreturn]] void work_until_killed(const SqliteStore::Config& config, int pipe) {
  try {
    SqliteStore store{config};
    static_cast<void>(store.rescue_dead_owners());
    for (;;) {
      Batch batch;
      for (int i = 0; i < 20; ++i)
        batch.enqueues.push_back(make_new_job("mailer", std::string(300, 'x'), {}));
      batch.claims.push_back({"default", 10, 0});
      const auto result = store.apply(batch);
      for (const auto& done : result.enqueued)
        if (write(pipe, &done.id, sizeof done.id) != sizeof done.id)
          _exit(2);
      Batch ends;
      for (const auto& job : result.claimed.at(0))
        ends.outcomes.push_back({.claim = job.claim()});
      static_cast<void>(store.apply(ends));
    }
  } catch (...) {
  }
  _exit(1);
}

/// The ids that a child process acknowledged before it was killed, after
/// `enough` of them.
std::vector<std::int64_t> acknowledged_until_kill(const SqliteStore::Config& config,
                                                  std::size_t enough) {
  int ends[2];
  REQUIRE(pipe(ends) == 0);
  const pid_t child = fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    close(ends[0]);
    work_until_killed(config, ends[1]);
  }
  close(ends[1]);
  std::vector<std::int64_t> ids;
  for (std::int64_t id = 0; read(ends[0], &id, sizeof id) == sizeof id;) {
    ids.push_back(id);
    if (ids.size() == enough)
      kill(child, SIGKILL); // what it wrote until then is read on
  }
  close(ends[0]);
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  REQUIRE(WIFSIGNALED(status));
  return ids;
}

} // namespace

TEST_CASE("kill -9 in the middle of writing loses no acknowledged job", "[sqlite][crash]") {
  const SqliteFile file;
  const auto durability = GENERATE(Durability::full, Durability::normal);
  std::vector<std::int64_t> acknowledged;
  for (std::size_t round = 0; round < 5; ++round) {
    const auto more = acknowledged_until_kill(file.config(durability), 1 + 333 * round);
    acknowledged.insert(acknowledged.end(), more.begin(), more.end());
  }
  auto store = file.open(durability);
  for (const auto id : acknowledged)
    REQUIRE(store.get(id));
  for (const auto& job : store.rescue_dead_owners())
    CHECK(job.state == JobState::available);
  CHECK(store.count_by_state("default", JobState::executing) == 0);
  CHECK(OtherProgram{file.path()}.run("PRAGMA integrity_check") == "ok");
}

TEST_CASE("the lock of a killed process is free", "[sqlite][crash]") {
  const SqliteFile file;
  static_cast<void>(acknowledged_until_kill(file.config(), 1));
  CHECK(file.open().node_id() == 2);
}

TEST_CASE("a full disk refuses the turn, loses nothing, and work goes on with more room",
          "[sqlite][crash]") {
  const SqliteFile file;
  auto store = file.open();
  const auto limit_pages = [&](const char* pragma) {
    store.transaction([&](sqlite3* connection) {
      REQUIRE(sqlite3_exec(connection, pragma, nullptr, nullptr, nullptr) == SQLITE_OK);
    });
  };
  limit_pages("PRAGMA max_page_count = 200");
  std::vector<std::int64_t> ids;
  const auto error = error_of([&] {
    for (int i = 0; i < 1000; ++i)
      ids.push_back(store.enqueue("mailer", std::string(20'000, 'x')).id);
  });
  CHECK(error.code() == errc::unavailable);
  CHECK(contains(error.what(), "full"));
  CHECK(contains(error.what(), "free space"));
  REQUIRE(ids.size() > 10);
  Batch batch;
  batch.enqueues.push_back(make_new_job("small", "{}", {}));
  batch.enqueues.push_back(make_new_job("mailer", std::string(40'000, 'x'), {}));
  CHECK(error_of([&] { static_cast<void>(store.apply(batch)); }).code() == errc::unavailable);
  CHECK(batch.enqueues.at(1).args.size() == 40'000);
  CHECK(store.list({.worker = "small"}, {}).empty());
  CHECK(store.list({}, {.limit = 1000}).size() == ids.size());
  limit_pages("PRAGMA max_page_count = 100000");
  CHECK(store.apply(batch).enqueued.size() == 2);
  CHECK(claim(store, 1000).size() == ids.size() + 2);
  CHECK(OtherProgram{file.path()}.run("PRAGMA integrity_check") == "ok");
}
