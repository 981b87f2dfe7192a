// What a supervisor does with its cron entries.
#include <zzz_jobs/actors/any_supervisor.hpp>

#include <zzz_jobs/actors/runtime/engine.hpp>
#include <zzz_jobs/actors/runtime/shared.hpp>

#include <algorithm>
#include <utility>

namespace zzz_jobs {
namespace {

runtime::CronEntry known_entry(const runtime::Shared& shared, std::string_view name) {
  auto entries = shared.crons.entries();
  const auto found = std::find_if(entries.begin(), entries.end(),
                                  [&](const auto& entry) { return entry.name == name; });
  if (found == entries.end())
    throw Error(errc::invalid_argument,
                "cron entry \"" + std::string{name} + "\": this supervisor has none of this name");
  return std::move(*found);
}

} // namespace

void AnySupervisor::register_cron(std::string name, std::string_view expression, std::string worker,
                                  std::string args, JobOpts opts, CronOpts cron) {
  check_name("cron entry", name, config().limits.name_bytes_max);
  auto parsed = CronExpr::parse(expression);
  (void)parsed.next_after(UnixTime{}, cron.zone); // an unknown zone is refused here
  (void)shared_->new_job(worker, args, opts);     // so is what no tick could enqueue
  shared_->crons.add({std::move(name), std::move(parsed), std::move(cron),
                      JobRequest{std::move(worker), std::move(args), std::move(opts)}});
  engine_->crons_changed();
}

bool AnySupervisor::remove_cron(std::string_view name) {
  return shared_->crons.remove(name);
}

std::vector<CronStatus> AnySupervisor::crons() {
  std::vector<CronStatus> all;
  for (auto& entry : shared_->crons.entries())
    all.push_back({.name = std::move(entry.name),
                   .expression = entry.expression.text(),
                   .opts = std::move(entry.opts),
                   .job = std::move(entry.job)});
  with_store([&](AnyStore& store) {
    for (auto& entry : all) {
      entry.paused = store.is_cron_paused(entry.name);
      entry.last_tick = store.last_tick(entry.name);
    }
  });
  return all;
}

Job AnySupervisor::fire_cron(std::string_view name) {
  const auto entry = known_entry(*shared_, name);
  return enqueue(entry.job.worker, entry.job.args, entry.job.opts);
}

void AnySupervisor::pause_cron(std::string_view name) {
  set_cron_paused(name, true);
}

void AnySupervisor::resume_cron(std::string_view name) {
  set_cron_paused(name, false);
}

void AnySupervisor::set_cron_paused(std::string_view name, bool paused) {
  const auto entry = known_entry(*shared_, name);
  with_store([&](AnyStore& store) { store.set_cron_paused(entry.name, paused); });
  engine_->crons_changed();
}

} // namespace zzz_jobs
