#include <zzz_jobs/nodes/run/run_node.hpp>

#include <zzz_jobs/nodes/cli/cli.hpp>
#include <zzz_jobs/nodes/cli/context.hpp>
#include <zzz_jobs/nodes/cli/machine_problems.hpp>
#include <zzz_jobs/nodes/run/idle.hpp>
#include <zzz_jobs/nodes/run/node.hpp>
#include <zzz_jobs/nodes/run/service.hpp>
#include <zzz_jobs/nodes/run/signals.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <csignal>
#include <cstdlib>
#include <mutex>
#include <optional>
#include <stop_token>
#include <thread>
#include <utility>

namespace zzz_jobs::node {
namespace {

using namespace std::chrono_literals;
using Steady = std::chrono::steady_clock;

using cli::exit_failed;
using cli::exit_ok;
using cli::exit_usage;

constexpr auto idle_check_interval = 100ms;
constexpr auto status_interval = 5s;
/// How long a node may take to close everything when it has drained, and by how much all
/// of that may exceed the time that handlers have.
constexpr auto end_limit = 1500ms;
constexpr auto end_limit_least = 300ms;

bool write_problems(const LoadedConfig& loaded, std::ostream& err) {
  for (const auto& problem : loaded.problems)
    err << (problem.warning ? "warning: " : "") << text_of(problem) << '\n';
  err.flush();
  return !loaded.holds();
}

/// Asked for by the API or another node, from any thread and at any time.
class StopRequest {
public:
  explicit StopRequest(Signals& signals) : signals_(signals) {}
  void ask() {
    asked_ = true;
    signals_.wake();
  }
  [[nodiscard]] bool asked() const { return asked_; }

private:
  Signals& signals_;
  std::atomic<bool> asked_{false};
};

/// The main loop of a node that has started.
class Foreground {
public:
  Foreground(const RunOptions& options, Node& node, NodeLog& log, Signals& signals,
             const StopRequest& stop)
    : options_(options), node_(node), log_(log), signals_(signals), stop_(stop) {}

  /// Until the node shall end.
  void run() {
    service_.ready(node_.status());
    const auto watchdog = service_.watchdog_interval();
    auto next_feed = Steady::now();
    auto next_status = Steady::now();
    while (!stop_.asked()) {
      const auto now = Steady::now();
      if (watchdog && now >= next_feed) {
        feed_watchdog();
        next_feed = now + *watchdog;
      }
      if (now >= next_status) {
        service_.status(node_.status());
        next_status = now + status_interval;
      }
      if (options_.once && has_nothing_due())
        return;
      if (const auto signal = signals_.wait(pause(watchdog)); signal && ends(*signal))
        return;
    }
  }

  /// Drains; a second signal hurries. True if every handler ended by itself. The watchdog
  /// needs nothing: to systemd a service that stops is under TimeoutStopSec instead.
  bool drain() {
    log_.write(LogLevel::info, "node_stopping");
    service_.stopping("draining");
    // Ends with this call, however that ends.
    const std::jthread second([&](const std::stop_token& done) {
      const std::stop_callback wake{done, [&] { signals_.wake(); }};
      while (!done.stop_requested())
        if (const auto signal = signals_.wait(1s); signal && *signal != SIGHUP) {
          log_.write(LogLevel::warning, "node_hurried");
          node_.hurry_stop();
        }
    });
    return node_.stop();
  }

private:
  [[nodiscard]] std::chrono::milliseconds
  pause(const std::optional<std::chrono::milliseconds>& watchdog) const {
    const std::chrono::milliseconds most = options_.once ? idle_check_interval : 1000ms;
    return watchdog ? std::clamp(*watchdog / 2, 10ms, most) : most;
  }

  /// True if the node shall end.
  bool ends(int signal) {
    if (signal != SIGHUP)
      return true;
    reload();
    return false;
  }

  /// Only an answer of the store actor feeds it: that one does all the work. That the
  /// database is away is no reason to be ended.
  void feed_watchdog() {
    try {
      node_.supervisor().with_store([](AnyStore&) {});
      service_.feed_watchdog();
    } catch (const Error&) {
      log_.write(LogLevel::error, "watchdog_not_fed reason=\"the store actor does not answer\"");
    }
  }

  bool has_nothing_due() {
    try {
      return is_idle(node_.supervisor());
    } catch (const Error&) { // an outage: what is due cannot be known
      return false;
    }
  }

  void reload() {
    service_.reloading();
    auto sources = options_.sources;
    sources.environment = process_environment();
    auto loaded = load_node_config(sources);
    cli::add_machine_problems(loaded);
    for (const auto& problem : loaded.problems)
      log_.write(problem.warning ? LogLevel::warning : LogLevel::error,
                 "config_problem text=\"" + text_of(problem) + "\"");
    if (!loaded.holds())
      keep("the new one does not hold");
    else
      take_over(loaded.config);
    service_.reloaded(node_.status());
  }

  void keep(const std::string& reason) {
    log_.write(LogLevel::error, "config_kept reason=\"" + reason + "\"");
  }

  void take_over(const NodeConfig& config) {
    std::vector<std::string> waiting;
    try {
      waiting = node_.reload(config);
    } catch (const Error& error) {
      return keep(error.what());
    }
    std::string keys;
    for (const auto& key : waiting)
      keys += (keys.empty() ? "" : ", ") + key;
    log_.write(LogLevel::info, "config_reloaded");
    if (!keys.empty())
      log_.write(LogLevel::warning, "config_needs_restart keys=\"" + keys + "\"");
  }

  const RunOptions& options_;
  Node& node_;
  NodeLog& log_;
  Signals& signals_;
  Service service_{};
  const StopRequest& stop_;
};

/// Ends the process when what is still to be closed takes too long, as with a database
/// that is there and does not answer. No more is lost than by a kill: nothing, but others
/// find out by themselves that the node is gone.
class EndLimit {
public:
  EndLimit(NodeLog& log, int status, std::chrono::milliseconds limit)
    : thread_([&log, status, limit](const std::stop_token& stop) {
        std::mutex mutex;
        std::unique_lock lock{mutex};
        std::condition_variable_any never;
        (void)never.wait_for(lock, stop, limit, [] { return false; });
        if (stop.stop_requested())
          return;
        log.write(LogLevel::warning,
                  "node_end_forced reason=\"the store does not answer\" action=\"leaving it\"");
        std::_Exit(status);
      }) {}

private:
  std::jthread thread_;
};

/// What is left of it. A drain whose store is away has waited for that one already.
std::chrono::milliseconds time_to_end(Node& node, Steady::time_point told) {
  const auto& config = node.supervisor().config();
  const auto end = told + config.shutdown_timeout + config.stop_grace + end_limit;
  return std::clamp(std::chrono::floor<std::chrono::milliseconds>(end - Steady::now()),
                    std::chrono::milliseconds{end_limit_least},
                    std::chrono::milliseconds{end_limit});
}

int run_loaded(const RunOptions& options, NodeConfig config, NodeLog& log, Signals& signals) {
  StopRequest stop{signals}; // there before anybody can ask
  NodeSetting setting{
    .config = std::move(config), .control_socket = {}, .on_stop_asked = [&stop] { stop.ask(); }};
  if (setting.config.control.on)
    setting.control_socket = default_control_socket(setting.config, process_environment());
  std::optional<EndLimit> limit; // outlives the node
  Node node{std::move(setting), log};
  Foreground foreground{options, node, log, signals, stop};
  node.start();
  foreground.run();
  const auto told = Steady::now();
  const bool clean = foreground.drain();
  log.write(LogLevel::info, std::string{"node_ended clean="} + (clean ? "true" : "false"));
  const int status = clean ? exit_ok : exit_failed;
  limit.emplace(log, status, time_to_end(node, told));
  return status;
}

} // namespace

int run_node(const RunOptions& options, std::ostream& err) {
  auto loaded = load_node_config(options.sources);
  cli::add_machine_problems(loaded);
  if (write_problems(loaded, err))
    return exit_usage;
  Signals signals; // before any other thread
  NodeLog log{loaded.config.log};
  try {
    return run_loaded(options, std::move(loaded.config), log, signals);
  } catch (const Error& error) {
    log.write(LogLevel::error, "node_failed error=\"" + std::string{error.what()} + "\"");
    return cli::exit_code_of(error.code());
  }
}

} // namespace zzz_jobs::node
