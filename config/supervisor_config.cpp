#include <zzz_jobs/config/supervisor_config.hpp>

#include <zzz_jobs/config/errc.hpp>

#include <set>
#include <string>

namespace zzz_jobs {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;

std::string in_ms(milliseconds time) {
  return std::to_string(time.count()) + " ms";
}

class Problems {
public:
  void range(const std::string& key, milliseconds value, milliseconds low, milliseconds high) {
    if (value < low || value > high)
      add(key + " must be " + in_ms(low) + ".." + in_ms(high) + ", got " + in_ms(value));
  }
  void range(const std::string& key, std::uint64_t value, std::uint64_t low, std::uint64_t high) {
    if (value < low || value > high)
      add(key + " must be " + std::to_string(low) + ".." + std::to_string(high) + ", got "
          + std::to_string(value));
  }
  void add(std::string text) { found_.push_back(std::move(text)); }
  [[nodiscard]] std::vector<std::string> found() && { return std::move(found_); }

private:
  std::vector<std::string> found_{};
};

void check_queues(Problems& problems, const SupervisorConfig& config) {
  std::set<std::string_view> names;
  for (const auto& queue : config.queues) {
    const auto key = "queue \"" + queue.name + "\": ";
    try {
      check_name(key + "name", queue.name, config.limits.name_bytes_max);
    } catch (const Error& error) {
      problems.add(error.what());
    }
    if (!names.insert(queue.name).second)
      problems.add(key + "must be named once");
    problems.range(key + "concurrency", queue.concurrency, 1, 10'000);
    if (queue.poll_interval)
      problems.range(key + "poll_interval", *queue.poll_interval, 10ms, 1h);
  }
}

} // namespace

std::vector<std::string> problems_of(const SupervisorConfig& config) {
  Problems problems;
  check_queues(problems, config);
  problems.range("poll_interval", config.poll_interval, 10ms, 1h);
  problems.range("shutdown_timeout", config.shutdown_timeout, 0ms, 24h);
  problems.range("stop_grace", config.stop_grace, 0ms, 10min);
  problems.range("store_timeout", config.store_timeout, 1ms, 1h);
  problems.range("rescue_after", config.rescue_after, 1s, 24h * 365);
  problems.range("rescue_interval", config.rescue_interval, 10ms, 24h);
  problems.range("prune_interval", config.prune_interval, 10ms, 24h);
  problems.range("prefetch_max", config.prefetch_max, 0, 10'000);
  problems.range("telemetry_backlog_max", config.telemetry_backlog_max, 1, 10'000'000);
  problems.range("scheduler_threads", config.scheduler_threads, 1, 256);
  return std::move(problems).found();
}

} // namespace zzz_jobs
