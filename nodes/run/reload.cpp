#include <zzz_jobs/nodes/run/reload.hpp>

#include <zzz_jobs/config/errc.hpp>
#include <zzz_jobs/config/node/load.hpp>
#include <zzz_jobs/nodes/run/stop_grace.hpp>
#include <zzz_jobs/nodes/workers/command_worker.hpp>
#include <zzz_jobs/stores/new_job.hpp>

#include <algorithm>
#include <utility>
#include <vector>

namespace zzz_jobs::node {
namespace {

/// The entry of this name; null: there is none.
template <class Sections>
auto* named(Sections& sections, const std::string& name) {
  const auto found = std::find_if(sections.begin(), sections.end(),
                                  [&](const auto& one) { return one.name == name; });
  return found == sections.end() ? nullptr : &*found;
}

MissedTicks missed_of(const std::string& name) {
  return name == "skip" ? MissedTicks::skip
    : name == "all"     ? MissedTicks::all
                        : MissedTicks::latest;
}

/// Runs `check`; what it throws says whose field it is.
template <class F>
void with_key(const std::string& key, const F& check) {
  try {
    check();
  } catch (const Error& error) {
    throw Error(error.code(), key + "." + error.what());
  }
}

} // namespace

void register_cron(AnySupervisor& supervisor, const CronSection& cron) {
  supervisor.register_cron(cron.name, cron.expression, cron.worker, cron.args, cron.opts,
                           {.zone = cron.zone, .missed = missed_of(cron.missed)});
}

std::vector<std::string> Reload::take_over(const NodeConfig& after) {
  // What can be refused is found before anything is changed.
  auto workers = made_workers(after);
  check_queues(after);
  for (const auto& cron : after.crons)
    check_cron(cron, after);
  take_workers(std::move(workers), after);
  take_queues(after);
  take_crons(after);
  log_.set_level(after.log.level);
  now_.log.level = after.log.level;
  return waiting_keys(after);
}

std::vector<std::string> Reload::waiting_keys(const NodeConfig& after) const {
  auto keys = changed_keys(now_, after);
  for (const auto& queue : not_yet_)
    std::erase_if(keys, [&](const auto& key) { return key.starts_with("queue." + queue + "."); });
  // Cancelled jobs have this time at once, but the end of the node does not wait for it.
  for (const auto& worker : after.workers)
    if (stop_grace_for(worker) > supervisor_.config().stop_grace)
      keys.push_back("worker." + worker.name + ".stop_grace");
  return keys;
}

/// The limits that hold are those of the start, whatever the file says now.
std::vector<WorkerDef> Reload::made_workers(const NodeConfig& after) const {
  std::vector<WorkerDef> workers;
  for (const auto& worker : after.workers) {
    if (taken_.contains(worker.name))
      throw Error(errc::invalid_argument,
                  "worker." + worker.name + ".name: a plug-in has a worker of this name");
    with_key("worker." + worker.name,
             [&] { (void)make_new_job(worker.name, {}, worker.opts, now_.limits); });
    workers.push_back(make_command_worker(worker, now_.limits));
  }
  return workers;
}

void Reload::check_queues(const NodeConfig& after) const {
  const auto problems = problems_of(SupervisorConfig{
    .queues = after.queues, .poll_interval = after.poll_interval, .limits = now_.limits});
  if (!problems.empty())
    throw Error(errc::invalid_argument, problems.front());
}

/// Options of plug-ins' workers were checked when these were loaded, each by itself; so
/// they make nothing wrong that is right without them.
void Reload::check_cron(const CronSection& cron, const NodeConfig& after) const {
  const auto* worker = named(after.workers, cron.worker);
  with_key("cron." + cron.name, [&] {
    check_name("name", cron.name, now_.limits.name_bytes_max);
    (void)make_new_job(cron.worker, cron.args,
                       worker != nullptr ? merged(cron.opts, worker->opts) : cron.opts,
                       now_.limits);
  });
}

/// Executions that run go on as they were begun.
void Reload::take_workers(std::vector<WorkerDef> workers, const NodeConfig& after) {
  for (auto& worker : workers)
    supervisor_.register_worker(std::move(worker));
  for (const auto& worker : now_.workers)
    if (named(after.workers, worker.name) == nullptr)
      supervisor_.remove_worker(worker.name);
  now_.workers = after.workers;
}

void Reload::take_queues(const NodeConfig& after) {
  now_.poll_interval = after.poll_interval; // what queues have that name none
  std::vector<QueueConfig> kept;
  for (const auto& queue : after.queues) {
    if (auto* same = named(now_.queues, queue.name)) {
      change_queue(*same, queue);
      kept.push_back(*same);
    } else if (add_queue(queue)) {
      kept.push_back(queue);
    }
  }
  for (const auto& queue : now_.queues)
    if (named(after.queues, queue.name) == nullptr) {
      supervisor_.drop_queue(queue.name);
      log_.write(LogLevel::info,
                 "queue_dropped queue=\"" + queue.name + "\" action=\"its running jobs end\"");
    }
  now_.queues = std::move(kept);
}

/// False where handlers of an earlier one of the name still run.
bool Reload::add_queue(const QueueConfig& queue) {
  auto made = queue;
  made.poll_interval = queue.poll_interval.value_or(now_.poll_interval);
  try {
    supervisor_.run_queue(made);
  } catch (const Error& error) {
    if (error.code() != errc::not_allowed)
      throw;
    log_.write(LogLevel::warning,
               "queue_not_added queue=\"" + queue.name + "\" reason=\"" + error.what()
                 + "\" action=\"reload again when they have ended\"");
    not_yet_.push_back(queue.name);
    return false;
  }
  log_.write(LogLevel::info,
             "queue_added queue=\"" + queue.name
               + "\" concurrency=" + std::to_string(queue.concurrency));
  return true;
}

void Reload::change_queue(QueueConfig& queue, const QueueConfig& after) {
  // One that was scaled by hand stays so, unless the file says something new.
  if (queue.concurrency != after.concurrency)
    supervisor_.set_concurrency(queue.name, after.concurrency);
  supervisor_.set_poll_interval(queue.name, after.poll_interval.value_or(now_.poll_interval));
  queue.concurrency = after.concurrency;
  queue.poll_interval = after.poll_interval;
}

void Reload::take_crons(const NodeConfig& after) {
  for (const auto& cron : after.crons)
    register_cron(supervisor_, cron);
  for (const auto& cron : now_.crons)
    if (named(after.crons, cron.name) == nullptr)
      supervisor_.remove_cron(cron.name);
  now_.crons = after.crons;
}

} // namespace zzz_jobs::node
