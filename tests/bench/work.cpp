#include "bench/work.hpp"

#include <sys/resource.h>

#include <algorithm>
#include <stdexcept>
#include <string>
#include <thread>

namespace zzz_jobs::bench {
namespace {

using namespace std::chrono_literals;

constexpr auto patience = 60s;

} // namespace

SupervisorConfig ten_at_once() {
  return {.queues = {{.name = "default", .concurrency = 10}}};
}

std::vector<JobRequest> requests(std::size_t count) {
  return {count, JobRequest{.worker = std::string{no_op}, .args = std::string{args_60_bytes}}};
}

std::vector<std::vector<JobRequest>> calls_of(std::size_t count) {
  std::vector<std::vector<JobRequest>> calls;
  for (std::size_t done = 0; done < count; done += jobs_a_call)
    calls.push_back(requests(std::min(jobs_a_call, count - done)));
  return calls;
}

void register_no_op(AnySupervisor& supervisor) {
  supervisor.register_worker(std::string{no_op}, [](std::string_view, JobContext&) {});
}

void wait_for_completed(const AnySupervisor& supervisor, std::uint64_t count) {
  auto last = supervisor.stats().completed;
  auto moved_at = std::chrono::steady_clock::now();
  for (auto now = last; now < count; now = supervisor.stats().completed) {
    if (now != last) {
      last = now;
      moved_at = std::chrono::steady_clock::now();
    } else if (std::chrono::steady_clock::now() - moved_at > patience) {
      throw std::runtime_error{"only " + std::to_string(now) + " of " + std::to_string(count)
                               + " jobs were completed"};
    }
    std::this_thread::sleep_for(1ms);
  }
}

Spent Stopwatch::now() {
  rusage used{};
  getrusage(RUSAGE_SELF, &used);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  const std::chrono::duration<double> wall = std::chrono::steady_clock::now().time_since_epoch();
  return {wall.count(), seconds(used.ru_utime) + seconds(used.ru_stime)};
}

Spent Stopwatch::spent() const {
  const auto end = now();
  return {end.wall - begin_.wall, end.cpu - begin_.cpu};
}

Spent spent_on_drain(AnySupervisor& supervisor, std::size_t count) {
  const Stopwatch watch;
  supervisor.start();
  wait_for_completed(supervisor, count);
  return watch.spent();
}

} // namespace zzz_jobs::bench
