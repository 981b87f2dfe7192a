// The other side of PgProcess: a node in a process of its own.

#include "bench/pg_node.hpp"

#include "bench/pg_database.hpp"
#include "bench/pg_limit.hpp"
#include "bench/pg_process.hpp"
#include "bench/work.hpp"

#include <poll.h>
#include <unistd.h>

#include <stdexcept>

namespace zzz_jobs::bench {
namespace {

using namespace std::chrono_literals;

/// Whether something came on stdin within so long, or it was closed.
bool called(std::chrono::milliseconds duration) {
  pollfd ready{STDIN_FILENO, POLLIN, 0};
  return poll(&ready, 1, static_cast<int>(duration.count())) == 1;
}

} // namespace

void send_number(std::int64_t number) {
  if (write(STDOUT_FILENO, &number, sizeof number) != sizeof number)
    throw std::runtime_error{"nobody listens any more"};
}

bool wait_for_call() {
  char word = 0;
  return read(STDIN_FILENO, &word, 1) == 1;
}

void drain_when_called(AnySupervisor& supervisor) {
  register_no_op(supervisor);
  send_number(0);
  if (!wait_for_call())
    return;
  supervisor.start();
  for (std::int64_t sent = 0; !called(1ms);) {
    const auto completed = static_cast<std::int64_t>(supervisor.stats().completed);
    if (completed != sent)
      send_number(sent = completed);
  }
}

namespace {

void report_starts(PgSupervisor& supervisor) {
  supervisor.register_worker(std::string{no_op}, [](std::string_view, JobContext&) {
    const auto now = std::chrono::steady_clock::now().time_since_epoch();
    send_number(std::chrono::nanoseconds{now}.count());
  });
  supervisor.start();
  send_number(0);
  (void)wait_for_call();
}

void drain_limit_when_called(const std::string& schema) {
  PgLimit limit{schema};
  send_number(0);
  if (!wait_for_call())
    return;
  send_number(static_cast<std::int64_t>(limit.drain(jobs_a_call)));
  (void)wait_for_call();
}

SupervisorConfig ten_queues() {
  SupervisorConfig config;
  for (int i = 0; i < 10; ++i)
    config.queues.push_back({.name = "queue_" + std::to_string(i)});
  return config;
}

/// It has worked a job in each queue: it is alive.
void idle(PgSupervisor& supervisor) {
  register_no_op(supervisor);
  supervisor.start();
  const auto config = ten_queues();
  for (const auto& queue : config.queues)
    supervisor.enqueue(no_op, "{}", {.queue = queue.name});
  wait_for_completed(supervisor, config.queues.size());
  send_number(0);
  (void)wait_for_call();
}

} // namespace

int run_pg_node(const std::vector<std::string>& arguments) {
  const auto& what = arguments.at(1);
#ifdef ZZZ_JOBS_BENCH_NODES
  if (is_gateway_part(what))
    return run_gateway_part(arguments);
#endif
  if (what == pg_node::limit) {
    drain_limit_when_called(arguments.at(2));
    return 0;
  }
  PgStore::Config config;
  config.url = postgres_url();
  config.schema = arguments.at(2);
  PgSupervisor supervisor{config, what == pg_node::idle ? ten_queues() : ten_at_once()};
  if (what == pg_node::drain)
    drain_when_called(supervisor);
  else if (what == pg_node::latency)
    report_starts(supervisor);
  else
    idle(supervisor);
  return 0;
}

} // namespace zzz_jobs::bench
