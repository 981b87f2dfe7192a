// idle_cpu_percent, idle_rss_mb
//
// What a node with ten queues on SQLite costs while it has nothing to do: the
// processor time of its process over ten seconds, in percent of one core, and
// its resident memory then. The process is a new one, so that nothing that was
// measured before counts. It has worked a job in each queue: it is alive.

#include "bench/sqlite_idle.hpp"

#include "bench/interleaved.hpp"
#include "bench/process_costs.hpp"
#include "bench/sqlite_file.hpp"
#include "bench/work.hpp"

#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <fstream>
#include <stdexcept>
#include <thread>

namespace zzz_jobs::bench {
namespace {

using namespace std::chrono_literals;

constexpr int queues = 10;

struct Idle {
  double cpu_percent = 0;
  double rss_mb = 0;
};

Idle measure_here(const std::filesystem::path& database, std::chrono::milliseconds duration) {
  SupervisorConfig config;
  for (int i = 0; i < queues; ++i)
    config.queues.push_back({.name = "queue_" + std::to_string(i)});
  SqliteSupervisor supervisor{{.path = database}, config};
  register_no_op(supervisor);
  supervisor.start();
  for (const auto& queue : config.queues)
    supervisor.enqueue(no_op, "{}", {.queue = queue.name});
  wait_for_completed(supervisor, queues);
  std::this_thread::sleep_for(1s);
  const Stopwatch watch;
  std::this_thread::sleep_for(duration);
  const auto spent = watch.spent();
  return {spent.cpu / spent.wall * 100, resident_mb_of(getpid())};
}

/// Runs this program anew as the idle node, and reads what it reports.
Idle measure_in_child(const Bench& bench) {
  const SqliteFile file{bench.directory};
  const auto report = file.path().parent_path() / "report";
  const auto duration = bench.effort.quick ? 2'000ms : 10'000ms; // at least two polls
  std::array<std::string, 5> words{"zzz_jobs_bench", std::string{idle_node_option},
                                   file.path().string(), std::to_string(duration.count()),
                                   report.string()};
  std::array<char*, 6> arguments{};
  for (std::size_t i = 0; i < words.size(); ++i)
    arguments[i] = words[i].data();
  pid_t child = 0;
  int status = 0;
  if (posix_spawn(&child, "/proc/self/exe", nullptr, nullptr, arguments.data(), environ) != 0
      || waitpid(child, &status, 0) != child || status != 0)
    throw std::runtime_error{"the idle node did not run to its end"};
  Idle idle;
  std::ifstream{report} >> idle.cpu_percent >> idle.rss_mb;
  return idle;
}

} // namespace

int run_idle_node(const std::vector<std::string>& arguments) {
  const auto idle =
    measure_here(arguments.at(1), std::chrono::milliseconds{std::stol(arguments.at(2))});
  std::ofstream report{arguments.at(3)};
  report << idle.cpu_percent << ' ' << idle.rss_mb << '\n';
  return report.flush() ? 0 : 1;
}

void measure_sqlite_idle(Bench& bench) {
  std::vector<double> rss;
  const auto cpu = repeated(bench, "idle node", [&] {
    const auto idle = measure_in_child(bench);
    rss.push_back(idle.rss_mb);
    return idle.cpu_percent;
  });
  bench.figures.add({"idle_cpu_percent", "% of a core", cpu});
  bench.figures.add({"idle_rss_mb", "MB", rss});
}

} // namespace zzz_jobs::bench
