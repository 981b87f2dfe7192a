// A node whose handlers keep the ledger; see README.md.

#include "cluster/arguments.hpp"
#include "cluster/ledger.hpp"
#include "cluster/plan.hpp"
#include "cluster/process_life.hpp"
#include "support/sql_connection.hpp"

#include <zzz_jobs/zzz_jobs.hpp>

#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <memory>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <stop_token>
#include <thread>

using namespace zzz_jobs;
using namespace zzz_jobs::cluster;
using namespace std::chrono_literals;

namespace {

/// False if the token fired before.
bool work_for(std::chrono::microseconds duration, const std::stop_token& stop) {
  std::mutex mutex;
  std::condition_variable_any never;
  std::unique_lock lock{mutex};
  never.wait_for(lock, stop, duration, [] { return false; });
  return !stop.stop_requested();
}

std::string_view how_stopped(StopReason reason) {
  switch (reason) {
    case StopReason::shutdown: return how::shutdown;
    case StopReason::lost_claim: return how::lost_claim;
    default: return to_string(reason);
  }
}

/// Completes jobs as programs do that do not fence: by id alone. It shows that
/// the checker sees what comes of it.
class UnfencedReports {
public:
  explicit UnfencedReports(const Arguments& arguments)
    : connection_(arguments.text("--url")),
      update_("UPDATE " + connection_.identifier(arguments.text("--schema"))
              + ".zzz_jobs SET state = 2, completed_at = extract(epoch FROM now()),"
                " node = NULL WHERE id = ") {}

  void complete(JobContext& context) {
    const std::lock_guard lock{mutex_};
    connection_.run(update_ + std::to_string(context.job().id));
    context.already_completed();
  }

private:
  std::mutex mutex_{};
  support::SqlConnection connection_;
  std::string update_;
};

class Node {
public:
  Node(const Arguments& arguments, Ledger& ledger) : ledger_(ledger) {
    if (arguments.has("--unfenced"))
      unfenced_.emplace(arguments);
  }

  void execute(std::string_view args, JobContext& context) {
    const auto plan = plan_of(args);
    Entry entry{.job = context.job().id, .attempt = context.attempt(), .payload = plan.payload};
    entry.kind = Kind::started;
    ledger_.write(entry);
    entry.kind = Kind::ended;
    const auto stop = unfenced_ ? std::stop_token{} : context.stop_token();
    const bool in_time = work_for(plan.duration, stop);
    const auto course = context.attempt() == 1 ? plan.course : Course::straight;
    entry.how = !in_time          ? how_stopped(context.stop_reason())
      : course == Course::fails   ? how::failed
      : course == Course::snoozes ? how::snoozed
                                  : how::returned;
    ledger_.write(entry);
    if (!in_time || course == Course::fails)
      throw std::runtime_error(entry.how);
    if (course == Course::snoozes)
      context.snooze(1s);
    else if (unfenced_)
      unfenced_->complete(context);
  }

  void note(const Event& event) {
    const auto& job = event.result.job;
    if (event.type == EventType::job_completed)
      ledger_.write({.kind = Kind::completed, .job = job.id, .attempt = job.attempt});
    else if (event.type == EventType::outcome_refused)
      ledger_.write({.kind = Kind::refused, .job = job.id, .attempt = job.attempt});
  }

private:
  Ledger& ledger_;
  std::optional<UnfencedReports> unfenced_{};
};

PgStore::Config store_config(const Arguments& arguments) {
  PgStore::Config config;
  config.url = arguments.text("--url");
  config.schema = arguments.text("--schema");
  config.pooled = arguments.has("--pooled");
  config.lease = std::chrono::seconds{arguments.number("--lease", 30)};
  config.answer_timeout = std::chrono::milliseconds{arguments.number("--answer-timeout", 30'000)};
  return config;
}

SupervisorConfig supervisor_config(const Arguments& arguments) {
  SupervisorConfig config;
  config.queues = {
    {.concurrency = static_cast<std::uint32_t>(arguments.number("--concurrency", 10))}};
  config.telemetry_backlog_max = 1'000'000; // the ledger has to be complete
  return config;
}

/// A database that is away is waited for, as whatever starts services would do.
std::unique_ptr<PgSupervisor> opened(const Arguments& arguments) {
  for (;;) {
    try {
      return std::make_unique<PgSupervisor>(store_config(arguments), supervisor_config(arguments));
    } catch (const Error& error) {
      if (error.code() != errc::unavailable || has_end_come())
        throw;
      std::fprintf(stderr, "not opened: %s\n", error.what());
    }
    std::this_thread::sleep_for(300ms);
  }
}

void run(const Arguments& arguments) {
  Ledger ledger{arguments.text("--ledger")};
  Node node{arguments, ledger};
  const auto supervisor = opened(arguments);
  supervisor->attach_telemetry([&](const Event& event) { node.note(event); });
  supervisor->register_worker(
    {.name = std::string{worker_name},
     .handler = [&](std::string_view args, JobContext& context) { node.execute(args, context); },
     .retry = RetryStrategy::constant(1s).with_jitter(false)});
  supervisor->start();
  ledger.write({.kind = Kind::ready});
  wait_for_end();
  supervisor->stop();
  ledger.write({.kind = Kind::left});
}

} // namespace

int main(int count, char** words) {
  try {
    const Arguments arguments{
      count,
      words,
      {"--url", "--schema", "--ledger", "--concurrency", "--lease", "--answer-timeout"},
      {"--pooled", "--unfenced", "--die-with-parent"}};
    if (arguments.has("--die-with-parent"))
      die_with_parent();
    hold_end_signals();
    run(arguments);
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "cluster_node: %s\n", error.what());
    return 1;
  }
}
