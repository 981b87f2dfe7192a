// Enqueues jobs for cluster_node and notes what it was told; see README.md.

#include "cluster/arguments.hpp"
#include "cluster/ledger.hpp"
#include "cluster/plan.hpp"
#include "cluster/process_life.hpp"

#include <zzz_jobs/zzz_jobs.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <optional>
#include <random>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

using namespace zzz_jobs;
using namespace zzz_jobs::cluster;
using namespace std::chrono_literals;

namespace {

using SteadyClock = std::chrono::steady_clock;

struct Options {
  explicit Options(const Arguments& arguments)
    : prefix(arguments.text("--prefix")), seed(arguments.number("--seed", 1)),
      calls(arguments.number("--calls", 0)), jobs_per_call(arguments.number("--many", 1)),
      threads(arguments.number("--threads", 1)), rate(arguments.number("--rate", 0)),
      stretch(arguments.number("--stretch", 1)) {
    if (arguments.has("--key"))
      key = arguments.text("--key");
    if (arguments.has("--duration"))
      duration = std::chrono::microseconds{arguments.number("--duration", 0)};
  }

  std::string prefix; ///< of payloads; no other enqueuer has it
  int seed;
  int calls; ///< in sum; 0: until it is told to end
  int jobs_per_call;
  int threads;
  int rate;    ///< calls a second and thread; 0: as fast as they return
  int stretch; ///< how much longer than usual jobs take
  std::optional<std::string> key{};
  std::optional<std::chrono::microseconds> duration{}; ///< of all; then none fails or snoozes
};

class Enqueuer {
public:
  Enqueuer(PgSupervisor& supervisor, Ledger& ledger, Options options)
    : supervisor_(supervisor), ledger_(ledger), options_(std::move(options)) {}

  void run() {
    active_ = options_.threads;
    std::vector<std::jthread> threads;
    for (int i = 0; i < options_.threads; ++i)
      threads.emplace_back([this, i] { run_thread(i); });
    while (active_ > 0 && !has_end_come())
      std::this_thread::sleep_for(5ms);
    stop_ = true;
    threads.clear();
    if (failed_)
      throw std::runtime_error("an enqueue failed for good");
  }

private:
  void run_thread(int number) {
    try {
      std::mt19937_64 random{static_cast<std::uint64_t>(options_.seed) * 1000
                             + static_cast<std::uint64_t>(number)};
      auto next = SteadyClock::now();
      for (int i = 0; !stop_ && (options_.calls == 0 || begun_++ < options_.calls); ++i) {
        std::vector<Plan> plans;
        for (int job = 0; job < options_.jobs_per_call; ++job)
          plans.push_back(plan(random, number, i, job));
        enqueue(plans);
        next = pace(next);
      }
    } catch (const std::exception& error) {
      std::fprintf(stderr, "enqueue failed: %s\n", error.what());
      failed_ = true;
    }
    --active_;
  }

  [[nodiscard]] Plan plan(std::mt19937_64& random, int thread, int call, int job) const {
    Plan plan;
    if (options_.duration)
      plan.duration = *options_.duration;
    else
      plan = random_plan(random, options_.stretch);
    plan.payload = options_.prefix + '-' + std::to_string(thread) + '-' + std::to_string(call) + '-'
      + std::to_string(job);
    return plan;
  }

  /// What was missed in an outage is not made up for.
  SteadyClock::time_point pace(SteadyClock::time_point next) const {
    if (options_.rate == 0)
      return next;
    next = std::max(next + std::chrono::nanoseconds{1s} / options_.rate, SteadyClock::now());
    std::this_thread::sleep_until(next);
    return next;
  }

  /// `unavailable` says that nothing happened: the same call again, as often as
  /// it takes. In doubt is never repeated.
  void enqueue(const std::vector<Plan>& plans) {
    for (;;) {
      try {
        enqueue_once(plans);
        return;
      } catch (const Error& error) {
        if (error.code() == errc::in_doubt) {
          for (const auto& plan : plans)
            note_doubt(plan);
          return;
        }
        if (error.code() != errc::unavailable)
          throw;
      }
      std::this_thread::sleep_for(20ms);
    }
  }

  void enqueue_once(const std::vector<Plan>& plans) {
    const JobOpts opts{.unique_key = options_.key};
    if (plans.size() == 1) {
      const auto job = supervisor_.enqueue(worker_name, to_args(plans.front()), opts);
      note(plans.front(), job.id, job.conflict);
      return;
    }
    std::vector<JobRequest> jobs;
    for (const auto& plan : plans)
      jobs.push_back({std::string{worker_name}, to_args(plan), opts});
    const auto answers = supervisor_.enqueue_many(std::move(jobs));
    for (std::size_t i = 0; i < plans.size(); ++i) {
      const auto& answer = answers.at(i);
      if (answer.failed == errc::in_doubt) {
        note_doubt(plans[i]);
        continue;
      }
      if (answer.failed != errc{})
        throw std::runtime_error(answer.error);
      note(plans[i], answer.id, answer.conflict);
    }
  }

  void note_doubt(const Plan& plan) {
    ledger_.write({.kind = Kind::doubt, .payload = plan.payload});
  }

  void note(const Plan& plan, std::int64_t job, bool conflict) {
    ledger_.write({.kind = conflict ? Kind::conflict : Kind::acknowledged,
                   .job = job,
                   .payload = plan.payload});
  }

  PgSupervisor& supervisor_;
  Ledger& ledger_;
  Options options_;
  std::atomic<int> begun_{0};
  std::atomic<int> active_{0};
  std::atomic<bool> stop_{false};
  std::atomic<bool> failed_{false};
};

void run(const Arguments& arguments) {
  Ledger ledger{arguments.text("--ledger")};
  PgStore::Config store;
  store.url = arguments.text("--url");
  store.schema = arguments.text("--schema");
  store.pooled = arguments.has("--pooled");
  store.answer_timeout = std::chrono::milliseconds{arguments.number("--answer-timeout", 30'000)};
  SupervisorConfig config;
  config.store_timeout = 1s; // so that it gives up in outages
  PgSupervisor supervisor{std::move(store), std::move(config)};
  Enqueuer enqueuer{supervisor, ledger, Options{arguments}};
  ledger.write({.kind = Kind::ready});
  // All begin at one time where several are to meet.
  while (arguments.has("--wait-for") && !std::filesystem::exists(arguments.text("--wait-for")))
    std::this_thread::sleep_for(1ms);
  enqueuer.run();
  ledger.write({.kind = Kind::left});
}

} // namespace

int main(int count, char** words) {
  try {
    const Arguments arguments{count,
                              words,
                              {"--url", "--schema", "--ledger", "--prefix", "--seed", "--calls",
                               "--many", "--threads", "--rate", "--stretch", "--key", "--duration",
                               "--wait-for", "--answer-timeout"},
                              {"--pooled", "--die-with-parent"}};
    if (arguments.has("--die-with-parent"))
      die_with_parent();
    hold_end_signals();
    run(arguments);
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "cluster_enqueuer: %s\n", error.what());
    return 1;
  }
}
