// docs_sample_database FILE|URL: makes a database, or fills that of the URL, with an
// example of everything that the queries of the pages look for.

#include "docs/sample_tables.hpp"

#include <zzz_jobs/testing.hpp>
#include <zzz_jobs/zzz_jobs.hpp>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <memory>
#include <stdexcept>
#include <string>

using namespace zzz_jobs;
using namespace std::chrono_literals;

namespace {

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
template <class S>
void running_jobs(S& store) {
  store.enqueue("slow", "{}", {.queue = "exports"});
  store.enqueue("slow", "{}", {.queue = "exports"});
  Batch batch;
  batch.claims.push_back({.queue = "exports", .slots = 1});
  if (store.apply(batch).claimed.at(0).size() != 1 || !store.claim("exports"))
    throw std::runtime_error("nothing was claimed");
  store.cron_since("nightly", store.now());
}

template <class S>
void fill(Supervisor<S>& jobs) {
  register_workers(jobs);
  finished_jobs(jobs);
  waiting_jobs(jobs);
  running_jobs(jobs.store());
}

void make_file(const std::string& file) {
  docs::make_sqlite_table_to_take_over(file);
  SqliteSupervisor jobs{{.path = file, .clock = an_hour_ago()}, {.mode = RunMode::manual}};
  fill(jobs);
}

/// Ends without a word, so that its node is there as one that was killed.
[[noreturn]] void fill_database(const std::string& url) {
  docs::make_postgres_table_to_take_over(url);
  PgSupervisor jobs{{.url = url, .clock = an_hour_ago()}, {.mode = RunMode::manual}};
  fill(jobs);
  std::_Exit(EXIT_SUCCESS);
}

} // namespace

int main(int argc, char** argv) {
  try {
    const std::string database = argc == 2 ? argv[1] : "";
    if (database.empty())
      throw std::invalid_argument("which file, or which URL?");
    if (database.starts_with("postgresql://"))
      fill_database(database);
    make_file(database);
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "docs_sample_database: %s\n", error.what());
    return 1;
  }
}
