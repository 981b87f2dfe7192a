// docs_sample_database FILE: makes a database with an example of everything that
// the queries of the pages look for.

#include <zzz_jobs/stores/sqlite_transaction.hpp>
#include <zzz_jobs/testing.hpp>
#include <zzz_jobs/zzz_jobs.hpp>

#include <sqlite3.h>

#include <chrono>
#include <cstdio>
#include <exception>
#include <memory>
#include <stdexcept>
#include <string>

using namespace zzz_jobs;
using namespace std::chrono_literals;

namespace {

/// A table of the published definition in which two live jobs have one key.
void make_table_to_take_over(const char* file) {
  sqlite3* connection = nullptr;
  sqlite3_open(file, &connection);
  const int code = sqlite3_exec(
    connection,
    "CREATE TABLE zzz_jobs (id INTEGER PRIMARY KEY AUTOINCREMENT, state INTEGER NOT NULL DEFAULT 0,"
    " queue TEXT NOT NULL DEFAULT 'default', worker TEXT NOT NULL, args TEXT NOT NULL DEFAULT '',"
    " priority INTEGER NOT NULL DEFAULT 0, attempt INTEGER NOT NULL DEFAULT 0,"
    " max_attempts INTEGER NOT NULL DEFAULT 20, scheduled_at BIGINT NOT NULL DEFAULT 0,"
    " attempted_at BIGINT, completed_at BIGINT, inserted_at BIGINT NOT NULL DEFAULT 0,"
    " errors TEXT, unique_key TEXT);"
    "INSERT INTO zzz_jobs (queue, worker, unique_key) VALUES ('old', 'slow', 'k'), ('old', 'slow', "
    "'k')",
    nullptr, nullptr, nullptr);
  sqlite3_close(connection);
  if (code != SQLITE_OK)
    throw std::runtime_error(sqlite3_errstr(code));
}

/// An hour ago, so that everything has an age now.
std::shared_ptr<testing::VirtualClock> an_hour_ago() {
  return std::make_shared<testing::VirtualClock>(system_clock()->now() - 1h);
}

void register_workers(AnySupervisor& jobs) {
  jobs.register_worker("done", [](std::string_view, JobContext& context) {
    context.result(R"({"pages":3})");
    context.progress(100, "all pages");
  });
  jobs.register_worker(
    "fails", [](std::string_view, JobContext&) { throw std::runtime_error("no route to host"); });
  jobs.register_worker("slow", [](std::string_view, JobContext&) {});
}

/// What ran and ended, by its own and by another try.
void finished_jobs(AnySupervisor& jobs) {
  jobs.enqueue("done", "{}", {.queue = "mail"});
  jobs.enqueue("fails", "{}", {.queue = "mail"});
  jobs.enqueue("fails", "{}", {.queue = "mail", .max_attempts = 1});
  const auto again = jobs.enqueue("done", "{}", {.queue = "mail"});
  testing::drain(jobs);
  jobs.retry(again.id);
  testing::drain(jobs);
}

void waiting_jobs(AnySupervisor& jobs) {
  jobs.enqueue("nobody_knows_it", "{}", {.queue = "mail"});
  jobs.enqueue("slow", "{}", {.queue = "mail", .delay = 30 * 24h});
  jobs.enqueue("slow", "{}", {.queue = "mail", .unique_key = "report:2026"});
  jobs.enqueue("slow", "{}", {.queue = "reports"});
  jobs.pause_queue("reports");
}

/// Claimed by a process that is gone then, and by one that is no node of ours.
void running_jobs(SqliteStore& store) {
  store.enqueue("slow", "{}", {.queue = "exports"});
  store.enqueue("slow", "{}", {.queue = "exports"});
  Batch batch;
  batch.claims.push_back({.queue = "exports", .slots = 1});
  if (store.apply(batch).claimed.at(0).size() != 1 || !store.claim("exports"))
    throw std::runtime_error("nothing was claimed");
  store.cron_since("nightly", store.now());
}

} // namespace

int main(int argc, char** argv) {
  try {
    if (argc != 2)
      throw std::invalid_argument("which file?");
    make_table_to_take_over(argv[1]);
    SqliteSupervisor jobs{{.path = argv[1], .clock = an_hour_ago()}, {.mode = RunMode::manual}};
    register_workers(jobs);
    finished_jobs(jobs);
    waiting_jobs(jobs);
    running_jobs(jobs.store());
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "docs_sample_database: %s\n", error.what());
    return 1;
  }
}
