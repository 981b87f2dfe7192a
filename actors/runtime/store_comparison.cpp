// The part of the store actor that compares the executions which its queue
// supervisors answer for with those that the store has.
#include <zzz_jobs/actors/runtime/store_actor.hpp>

#include <algorithm>
#include <exception>
#include <map>
#include <utility>

namespace zzz_jobs::runtime {

/// Where a JobsMsg is still on its way to the supervisor, the next check will do; one
/// that was asked for is asked for again, behind that message.
void StoreState::check(CheckMsg& message) {
  auto* subscriber = find(message.queue);
  if (subscriber == nullptr)
    return;
  if (subscriber->jobs_messages != message.jobs_messages) {
    if (message.asked_for)
      self_->send(subscriber->supervisor, CompareClaimsMsg{});
    return;
  }
  subscriber->held = std::move(message.held);
  queue_turn();
}

/// Executions that nobody answers for, no guest either (a queue supervisor or a store actor before
/// this one has lost them) are rescued; handlers whose execution is no longer the
/// current one (another program cancelled their job, say) hear of it.
void StoreState::compare_claims() {
  const bool is_asked = std::any_of(waiting_.subscribers.begin(), waiting_.subscribers.end(),
                                    [](const Subscriber& one) { return one.held.has_value(); });
  if (!is_asked || !end_turns())
    return;
  std::vector<Subscriber*> comparable;
  std::vector<std::string> queues;
  for (auto& subscriber : waiting_.subscribers)
    if (subscriber.held && !has_unrecorded(subscriber.queue)) {
      comparable.push_back(&subscriber);
      queues.push_back(subscriber.queue);
    }
  if (comparable.empty())
    return;
  std::vector<std::vector<Claim>> open;
  try {
    open = store().open_claims(queues);
  } catch (...) {
    failed(std::current_exception());
    return;
  }
  for (std::size_t i = 0; i < comparable.size(); ++i)
    compare_claims(*comparable[i], open[i]);
}

bool StoreState::has_unrecorded(std::string_view queue) const {
  return std::any_of(waiting_.reports.begin(), waiting_.reports.end(),
                     [&](const QueuedReport& queued) { return queued.queue == queue; });
}

void StoreState::compare_claims(Subscriber& subscriber, const std::vector<Claim>& open) {
  const auto held = *std::exchange(subscriber.held, std::nullopt);
  subscriber.lost_unknown = false;
  rescue_lost(subscriber, open, held);
  for (const auto& claim : held)
    if (std::find(open.begin(), open.end(), claim) == open.end())
      self_->send(subscriber.supervisor, StopJobMsg{claim, StopReason::lost_claim});
  if (subscriber.hungry())
    queue_turn();
}

/// As the store has them where somebody listens, else only what the outcome needs.
std::vector<Job> StoreState::lost_jobs(const std::string& queue, const std::vector<Claim>& lost) {
  std::map<std::int64_t, Job> known;
  if (setup_.shared->telemetry.active()) {
    std::vector<std::int64_t> ids;
    for (const auto& claim : lost)
      ids.push_back(claim.job_id);
    try {
      for (auto& job : store().get_all(ids))
        known.emplace(job.id, std::move(job));
    } catch (const Error&) { // the rescue matters more
    }
  }
  std::vector<Job> jobs;
  for (const auto& claim : lost) {
    auto& job = jobs.emplace_back(std::move(known[claim.job_id]));
    job.id = claim.job_id;
    job.attempt = claim.attempt;
    job.queue = queue;
  }
  return jobs;
}

void StoreState::rescue_lost(const Subscriber& subscriber, const std::vector<Claim>& open,
                             const std::vector<Claim>& held) {
  std::vector<Claim> lost;
  for (const auto& claim : open)
    if (std::find(held.begin(), held.end(), claim) == held.end()
        && !setup_.shared->guests.holds(claim) && !is_set_aside(claim))
      lost.push_back(claim);
  if (lost.empty())
    return;
  auto report = std::make_shared<Report>();
  for (auto& job : lost_jobs(subscriber.queue, lost))
    report->finished.push_back(
      unstarted(std::move(job), OutcomeKind::rescue, "nobody answers for it any more"));
  waiting_.reports.push_back({"", std::move(report)});
  queue_turn();
}

} // namespace zzz_jobs::runtime
