// A node whose handlers keep the ledger; see README.md.

#include "cluster/arguments.hpp"
#include "cluster/ledger.hpp"
#include "cluster/planned_work.hpp"
#include "cluster/process_life.hpp"
#include "cluster/quick_cron.hpp"
#include "support/sql_connection.hpp"

#include <zzz_jobs/zzz_jobs.hpp>

#include <chrono>
#include <cstdio>
#include <memory>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <thread>
#include <utility>

using namespace zzz_jobs;
using namespace zzz_jobs::cluster;
using namespace std::chrono_literals;

namespace {

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

PgStore::Config store_config(const Arguments& arguments, std::shared_ptr<const Clock> clock) {
  PgStore::Config config;
  config.url = arguments.text("--url");
  config.schema = arguments.text("--schema");
  config.pooled = arguments.has("--pooled");
  config.lease = std::chrono::seconds{arguments.number("--lease", 30)};
  config.answer_timeout = std::chrono::milliseconds{arguments.number("--answer-timeout", 30'000)};
  config.clock = std::move(clock);
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
std::unique_ptr<PgSupervisor> opened(const Arguments& arguments,
                                     const std::shared_ptr<const Clock>& clock) {
  for (;;) {
    try {
      return std::make_unique<PgSupervisor>(store_config(arguments, clock),
                                            supervisor_config(arguments));
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
  PlannedWork work{ledger};
  std::optional<UnfencedReports> unfenced;
  if (arguments.has("--unfenced")) {
    unfenced.emplace(arguments);
    work.complete_by([&](JobContext& context) { unfenced->complete(context); });
  }
  std::shared_ptr<const QuickClock> clock;
  if (arguments.has("--cron"))
    clock = std::make_shared<QuickClock>(std::stoll(arguments.text("--cron")));
  const auto supervisor = opened(arguments, clock);
  supervisor->attach_telemetry([&](const Event& event) { work.note(event); });
  supervisor->register_worker(work.worker());
  std::optional<QuickCron> cron;
  if (clock)
    cron.emplace(*supervisor, ledger, *clock);
  supervisor->start();
  ledger.write({.kind = Kind::ready});
  wait_for_end();
  cron.reset();
  supervisor->stop();
  ledger.write({.kind = Kind::left});
}

} // namespace

int main(int count, char** words) {
  try {
    const Arguments arguments{
      count,
      words,
      {"--url", "--schema", "--ledger", "--concurrency", "--lease", "--answer-timeout", "--cron"},
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
