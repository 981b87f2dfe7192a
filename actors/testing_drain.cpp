#include <zzz_jobs/actors/testing_drain.hpp>

#include <zzz_jobs/actors/runtime/direct_engine.hpp>
#include <zzz_jobs/config/errc.hpp>

#include <algorithm>
#include <ostream>
#include <utility>

namespace zzz_jobs::testing {
namespace {

using runtime::DirectEngine;

DirectEngine& direct(AnySupervisor& supervisor, const std::string& who) {
  auto* engine = dynamic_cast<DirectEngine*>(&supervisor.engine());
  if (engine == nullptr)
    throw Error(errc::not_allowed, who + ": the supervisor's mode must be manual or inlined");
  return *engine;
}

void count(DrainResult& result, const DirectEngine::Ran& ran) {
  ++result.executions;
  if (ran.refused) {
    ++result.refused;
    return;
  }
  switch (ran.kind) {
    case OutcomeKind::complete: ++result.completed; break;
    case OutcomeKind::discard: ++result.discarded; break;
    case OutcomeKind::cancel: ++result.cancelled; break;
    case OutcomeKind::snooze: ++result.snoozed; break;
    case OutcomeKind::release: ++result.released; break;
    case OutcomeKind::fail:
    case OutcomeKind::rescue:
      ++(ran.state == JobState::discarded ? result.discarded : result.failed);
      break;
  }
}

/// One call of drain.
class Drain {
public:
  Drain(AnySupervisor& supervisor, const DrainOptions& options)
    : supervisor_(supervisor), options_(options), engine_(direct(supervisor, "drain")) {}

  DrainResult run() {
    check_clock();
    do {
      run_available();
    } while (!full() && advance());
    if (!full() && options_.advance && options_.until)
      options_.advance->set(std::max(*options_.until, options_.advance->now()));
    return std::move(result_);
  }

private:
  void check_clock() {
    if (!options_.advance)
      return;
    UnixTime now;
    supervisor_.with_store([&](AnyStore& store) { now = store.now(); });
    if (now != options_.advance->now())
      throw Error(errc::invalid_argument, "drain: advance must be the clock of the store");
  }

  [[nodiscard]] bool full() const {
    return options_.stop_after && result_.executions >= *options_.stop_after;
  }

  void run_available() {
    std::vector<std::string> known;
    for (auto names = queues(); names != known; names = queues()) {
      known = std::move(names);
      while (!full() && one_of_each(known)) {
      }
    }
  }

  std::vector<std::string> queues() {
    if (options_.queue)
      return {*options_.queue};
    return engine_.queues_with_jobs();
  }

  /// False if no queue had a job.
  bool one_of_each(const std::vector<std::string>& names) {
    bool any = false;
    for (const auto& name : names) {
      if (full())
        break;
      auto ran = engine_.run_one(name);
      if (!ran)
        continue;
      any = true;
      count(result_, *ran);
      result_.jobs.push_back(std::move(ran->job));
      if (!options_.stop_after && result_.executions > options_.executions_max)
        refuse(result_.jobs.back());
    }
    return any;
  }

  [[noreturn]] void refuse(const Job& last) const {
    throw Error(errc::too_large,
                "drain: executions_max is " + std::to_string(options_.executions_max)
                  + " and more jobs are there, the last of worker \"" + last.worker
                  + "\": does it enqueue itself?");
  }

  /// False if no job waits for a time that may be reached.
  bool advance() {
    if (!options_.advance || !any_waits())
      return false;
    const auto due = engine_.next_due();
    if (!due || (options_.until && *due > *options_.until))
      return false;
    options_.advance->set(std::max(*due, options_.advance->now()));
    return true;
  }

  /// The store's next due time is that of all queues.
  bool any_waits() {
    if (!options_.queue)
      return true;
    return supervisor_.count_by_state(*options_.queue, JobState::scheduled) > 0
      || supervisor_.count_by_state(*options_.queue, JobState::retryable) > 0;
  }

  AnySupervisor& supervisor_;
  const DrainOptions& options_;
  DirectEngine& engine_;
  DrainResult result_{};
};

} // namespace

std::string DrainResult::describe() const {
  auto text = std::to_string(executions) + (executions == 1 ? " execution" : " executions");
  const char* before = ": ";
  const auto add = [&](std::size_t number, const char* what) {
    if (number > 0)
      text += std::exchange(before, ", ") + std::to_string(number) + " " + what;
  };
  add(completed, "completed");
  add(failed, "failed");
  add(discarded, "discarded");
  add(cancelled, "cancelled");
  add(snoozed, "snoozed");
  add(released, "released");
  add(refused, "refused");
  return text;
}

std::ostream& operator<<(std::ostream& out, const DrainResult& result) {
  return out << result.describe();
}

DrainResult drain(AnySupervisor& supervisor, const DrainOptions& options) {
  return Drain{supervisor, options}.run();
}

std::optional<Job> run_one(AnySupervisor& supervisor, std::string_view queue) {
  auto ran = direct(supervisor, "run_one").run_one(std::string{queue});
  if (!ran)
    return std::nullopt;
  return std::move(ran->job);
}

} // namespace zzz_jobs::testing
