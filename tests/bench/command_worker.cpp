// command_worker_ratio, the jobs/s of both sides: command_worker_limit_jobs_per_s,
// command_worker_jobs_per_s, and the processor time that each takes in this process,
// its programs not counted: ..._limit_cpu_us_per_job, ..._cpu_us_per_job
//
// 4,000 jobs whose program is `true`, two at a time, from start() to the last one
// recorded as completed in a MemoryStore, against two threads that each start `true`
// and wait for it, and do nothing else. They use posix_spawn, which does not copy the
// process like fork does: the fastest loop there is, whatever the size of ours.

#include "bench/comparison.hpp"
#include "bench/work.hpp"

#include <zzz_jobs/nodes/workers/command_worker.hpp>

#include <array>
#include <atomic>
#include <stdexcept>
#include <thread>

#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

namespace zzz_jobs::bench {
namespace {

constexpr std::size_t at_once = 2;
constexpr const char* program = "/bin/true";

bool run_bare() {
  std::array<char*, 2> arguments{const_cast<char*>(program), nullptr};
  pid_t pid = -1;
  int status = -1;
  return posix_spawn(&pid, program, nullptr, nullptr, arguments.data(), environ) == 0
    && waitpid(pid, &status, 0) == pid && status == 0;
}

Spent bare_loop(std::size_t count) {
  std::atomic<std::size_t> good = 0;
  const Stopwatch watch;
  {
    std::array<std::jthread, at_once> threads;
    for (auto& thread : threads)
      thread = std::jthread{[&] {
        for (std::size_t i = 0; i < count / at_once; ++i)
          good += run_bare() ? 1 : 0;
      }};
  }
  if (good != count / at_once * at_once)
    throw std::runtime_error{"the bare loop could not run every program"};
  return watch.spent();
}

Spent command_worker(std::size_t count) {
  auto config = ten_at_once();
  config.queues[0].concurrency = at_once;
  MemorySupervisor supervisor{{.capacity = count}, config};
  supervisor.register_worker(
    node::make_command_worker({.name = std::string{no_op}, .command = {program}}));
  for (auto& call : calls_of(count))
    supervisor.enqueue_many(std::move(call));
  return spent_on_drain(supervisor, count);
}

} // namespace

void measure_command_worker(Bench& bench) {
  const auto count = bench.effort.of(4000);
  compare_to_limit(
    bench, "command_worker", count, [count] { return bare_loop(count); },
    [count] { return command_worker(count); });
}

} // namespace zzz_jobs::bench
