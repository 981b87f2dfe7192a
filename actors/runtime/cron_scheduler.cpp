#include <zzz_jobs/actors/runtime/cron_scheduler.hpp>

#include <zzz_jobs/actors/runtime/outage.hpp>
#include <zzz_jobs/actors/runtime/quiet_defaults.hpp>

#include <algorithm>
#include <chrono>
#include <utility>

namespace zzz_jobs::runtime {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;

/// The clock may be set: the next tick is computed anew at least so often.
constexpr milliseconds look_max = 60s;
/// A tick that could not be fired is tried again.
constexpr milliseconds retry_pause = 1s;

void tell_not_fired(const Shared& shared, const std::string& entry, const std::string& error) {
  shared.log(LogLevel::error,
             "cron_not_fired entry=" + entry + " error=\"" + error + "\" action=\"tried again\"");
}

} // namespace

caf::behavior cron_scheduler(caf::stateful_actor<CronState>* self, MaintenanceSetup setup) {
  quiet_defaults(self);
  return self->state.start(self, std::move(setup));
}

caf::behavior CronState::start(caf::stateful_actor<CronState>* self, MaintenanceSetup setup) {
  self_ = self;
  setup_ = std::move(setup);
  ask_store();
  return {
    [this](look_atom, std::uint64_t timer) {
      if (timer == timer_)
        ask_store();
    },
    [this](CronsChangedMsg&) { ask_store(); },
    [this](CronTicksMsg& ticks) { fire_due(ticks); },
    [this](QuitMsg&) { self_->quit(caf::exit_reason::user_shutdown); },
  };
}

void CronState::ask_store() {
  look_in(look_max);
  const auto store = setup_.directory->store();
  std::vector<std::string> names;
  for (const auto& entry : setup_.shared->crons.entries())
    names.push_back(entry.name);
  if (names.empty())
    return;
  look_in(retry_pause); // unless the answer says when
  if (!store)
    return;
  auto ticks = std::make_shared<CronTicksMsg>();
  auto work = [ticks, entries = std::move(names)](AnyStore& open) {
    ticks->now = open.now();
    for (const auto& entry : entries) {
      const auto since = open.cron_since(entry, ticks->now);
      // Nothing is due of a paused one: looked at again when it is resumed here, or
      // within a minute where another node resumes it.
      ticks->last.emplace_back(entry, open.is_cron_paused(entry) ? ticks->now : since);
    }
  };
  auto done = [shared = setup_.shared, ticks,
               me = caf::actor_cast<caf::actor>(self_)](const std::exception_ptr& error) {
    if (!error)
      caf::anon_send(me, std::move(*ticks));
    else if (!is_outage(error)) // the turns tell of outages
      tell_not_fired(*shared, "*", text_of(error));
  };
  caf::anon_send(store,
                 StoreCallMsg{std::make_shared<StoreCall>(std::move(work), std::move(done))});
  look_in(retry_pause); // unless the answer says when
}

void CronState::fire_due(const CronTicksMsg& ticks) {
  if (*firing_ > 0) { // in an outage: the same ticks again would only pile up
    look_in(retry_pause);
    return;
  }
  if (!running_since_)
    running_since_ = ticks.now;
  milliseconds wait = look_max;
  for (const auto& entry : setup_.shared->crons.entries()) {
    const auto known = std::find_if(ticks.last.begin(), ticks.last.end(),
                                    [&](const auto& last) { return last.first == entry.name; });
    if (known == ticks.last.end())
      continue;
    const auto due = entry.due(known->second, ticks.now, *running_since_);
    for (const auto tick : due)
      fire(entry, tick);
    if (!due.empty())
      wait = std::min(wait, retry_pause); // look whether they were
    if (const auto next = entry.expression.next_after(ticks.now, entry.opts.zone))
      wait = std::min<milliseconds>(wait, *next - ticks.now);
  }
  // The store's second began when the machine's did; wait for its end.
  const auto wall = std::chrono::system_clock::now();
  const auto into_second =
    std::chrono::floor<milliseconds>(wall - std::chrono::floor<std::chrono::seconds>(wall));
  look_in(std::max<milliseconds>(wait - into_second, 1ms));
}

void CronState::fire(const CronEntry& entry, UnixTime tick) {
  const auto store = setup_.directory->store();
  if (!store)
    return;
  std::vector<NewJob> jobs;
  try {
    jobs.push_back(setup_.shared->new_job(entry.job.worker, entry.job.args, entry.job.opts));
  } catch (const Error& error) { // the worker's options have changed since
    tell_not_fired(*setup_.shared, entry.name, error.what());
    return;
  }
  jobs.front().tick = CronTick{entry.name, tick};
  ++*firing_;
  auto done = [shared = setup_.shared, name = entry.name, firing = firing_](
                const std::vector<Enqueued>& answers, const std::exception_ptr& error) {
    --*firing;
    if (error || answers.empty())
      tell_not_fired(*shared, name, "the store did not take it");
    else if (answers.front().failed != errc{})
      tell_not_fired(*shared, name, answers.front().error);
  };
  caf::anon_send(store,
                 EnqueueMsg{std::make_shared<EnqueueCall>(std::move(jobs), std::move(done))});
}

void CronState::look_in(milliseconds time) {
  self_->delayed_send(self_, time, look_atom::value, ++timer_);
}

} // namespace zzz_jobs::runtime
