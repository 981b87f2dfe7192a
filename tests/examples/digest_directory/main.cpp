// Digests every file of a directory through a durable queue: what an application
// does with the library, and a program to see it work on real files.

#include "examples/digest_directory/console.hpp"
#include "examples/digest_directory/digest_job.hpp"
#include "examples/digest_directory/enumeration.hpp"
#include "examples/digest_directory/options.hpp"
#include "examples/digest_directory/progress.hpp"
#include "examples/digest_directory/run_record.hpp"
#include "examples/digest_directory/signals.hpp"
#include "examples/digest_directory/summary.hpp"

#include <clocale>
#include <exception>
#include <future>
#include <iostream>
#include <optional>

namespace digest_directory {
namespace {

using namespace std::chrono_literals;

zzz_jobs::SqliteStore::Config store_config(const Options& options) {
  // What a power failure takes is only work to do again.
  return {.path = options.database, .durability = zzz_jobs::Durability::normal};
}

zzz_jobs::SupervisorConfig supervisor_config(const Options& options, Console& console) {
  zzz_jobs::SupervisorConfig config;
  config.queues = {{.name = std::string{queue_name}, .concurrency = options.concurrency}};
  // Jobs that come in the enumeration's own transactions are found by polling.
  config.poll_interval = 50ms;
  // Nobody else works on this queue: a row with a misspelt worker would keep the
  // run from ending.
  config.unknown_workers = zzz_jobs::UnknownWorkers::discard;
  config.log = [&console](zzz_jobs::LogLevel, std::string_view line) { console.say(line); };
  return config;
}

/// One start of the program.
class Application {
public:
  Application(const Options& options, Signals& signals)
    : options_(options), signals_(signals),
      supervisor_(store_config(options), supervisor_config(options, console_)),
      record_(supervisor_.store()) {}

  void run() {
    begin();
    Progress progress{supervisor_, console_};
    supervisor_.start();
    if (!work(progress))
      console_.say("stopping after the running jobs; once more to interrupt them");
    if (enumeration_)
      enumeration_->stop();
    stop_supervisor();
    conclude(progress);
  }

private:
  void begin() {
    const auto begun = record_.begin(options_.directory.native());
    if (begun.resumed)
      console_.say("an interrupted run goes on");
    if (supervisor_.is_paused(queue_name))
      console_.say("the queue is paused in this database; nothing runs until it is resumed");
    register_digest_worker(supervisor_, hurry_.get_token());
    if (!begun.has_all)
      enumeration_.emplace(options_, record_, console_);
  }

  [[nodiscard]] bool has_all() const { return !enumeration_ || enumeration_->is_complete(); }

  /// True when all is done, false when a signal came.
  bool work(Progress& progress) {
    while (!signals_.wait_for(20ms)) {
      const bool all = has_all(); // before the look, which then sees all jobs
      if (look(progress, all))
        return true;
    }
    return false;
  }

  /// True when all is done.
  bool look(Progress& progress, bool all) {
    try {
      progress.update(all);
      return all && progress.state().live == 0 && record_.finish();
    } catch (const zzz_jobs::Error& error) {
      if (error.code() != zzz_jobs::errc::unavailable)
        throw;
      console_.say(error.what()); // another program keeps the database busy
      return false;
    }
  }

  void stop_supervisor() {
    const auto stopped = std::async(std::launch::async, [this] { return supervisor_.stop(); });
    while (stopped.wait_for(0ms) != std::future_status::ready) {
      if (!signals_.wait_for(20ms) || hurry_.stop_requested())
        continue;
      hurry_.request_stop();
      console_.say("interrupting them; once more to leave at once");
      signals_.let_go();
    }
  }

  void conclude(const Progress& progress) {
    auto summary = read_summary(supervisor_.store());
    summary.seconds = progress.seconds();
    summary.jobs_per_second = progress.jobs_per_second(summary.jobs);
    summary.has_all = has_all();
    if (enumeration_)
      summary.unreadable_directories = enumeration_->unreadable_directories();
    console_.show(progress_line(summary.jobs, summary.jobs_per_second, summary.has_all));
    console_.end_line();
    print(std::cout, summary);
  }

  const Options& options_;
  Signals& signals_;
  Console console_{};
  std::stop_source hurry_{};
  zzz_jobs::SqliteSupervisor supervisor_;
  RunRecord record_;
  std::optional<Enumeration> enumeration_{};
};

int run(int count, char** arguments) {
  const auto options = parse_options(count, arguments);
  if (options.help) {
    std::cout << usage_text;
    return 0;
  }
  Signals signals;
  Application{options, signals}.run();
  return 0;
}

} // namespace
} // namespace digest_directory

int main(int count, char** arguments) {
  // As for wc, the locale says what a character is; messages stay as they are.
  std::setlocale(LC_CTYPE, "");
  try {
    return digest_directory::run(count, arguments);
  } catch (const digest_directory::UsageError& error) {
    std::cerr << "digest_directory: " << error.what() << "\n\n" << digest_directory::usage_text;
    return 2;
  } catch (const std::invalid_argument& error) {
    std::cerr << "digest_directory: " << error.what() << '\n';
    return 2;
  } catch (const std::exception& error) {
    std::cerr << "digest_directory: " << error.what() << '\n';
    return 1;
  }
}
