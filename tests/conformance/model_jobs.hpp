#pragma once

#include <zzz_jobs/stores/batch.hpp>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace zzz_jobs::conformance {

/// The documented behaviour of a store in the plainest form that says it: a map
/// that every question walks through.
struct ModelJob {
  JobState state = JobState::available;
  std::string queue{};
  std::string worker{};
  std::optional<std::string> key{};
  std::int32_t priority = 0;
  std::int32_t attempt = 0;
  std::int32_t free_attempts = 0;
  std::int32_t max_attempts = 0;
  UnixTime scheduled_at{};

  [[nodiscard]] std::int32_t used() const { return attempt - free_attempts; }
};

class ModelJobs {
public:
  std::map<std::int64_t, ModelJob> jobs{};
  std::set<std::string> paused{};

  /// The live job that has the key; 0: none.
  [[nodiscard]] std::int64_t holder(const std::optional<std::string>& key) const {
    for (const auto& [id, job] : jobs)
      if (key && job.key == key && !is_final(job.state))
        return id;
    return 0;
  }

  void promote(UnixTime now) {
    for (auto& [id, job] : jobs)
      if ((job.state == JobState::scheduled || job.state == JobState::retryable)
          && job.scheduled_at <= now)
        job.state = JobState::available;
  }

  [[nodiscard]] std::optional<UnixTime> next_due() const {
    std::optional<UnixTime> next;
    for (const auto& [id, job] : jobs)
      if (job.state == JobState::scheduled || job.state == JobState::retryable)
        next = std::min(next.value_or(job.scheduled_at), job.scheduled_at);
    return next;
  }

  std::vector<std::int64_t> claim(const ClaimRequest& request) {
    const auto* known = request.known_workers.get();
    std::vector<std::pair<std::int32_t, std::int64_t>> order;
    for (const auto& [id, job] : jobs)
      if (job.state == JobState::available && job.queue == request.queue
          && !paused.contains(job.queue) && (!known || known->contains(job.worker)))
        order.emplace_back(job.priority, id);
    std::sort(order.begin(), order.end());
    std::vector<std::int64_t> taken;
    for (const auto& [priority, id] : order) {
      auto& job = jobs.at(id);
      if (taken.size() >= request.slots + request.prefetch
          || (taken.size() >= request.slots && job.used() + 1 >= job.max_attempts))
        break;
      job.state = JobState::executing;
      ++job.attempt;
      taken.push_back(id);
    }
    return taken;
  }

  OutcomeResult end(const Outcome& outcome, UnixTime now) {
    const auto found = jobs.find(outcome.claim.job_id);
    if (found == jobs.end() || found->second.state != JobState::executing
        || found->second.attempt != outcome.claim.attempt)
      return OutcomeResult::refused;
    auto& job = found->second;
    const bool is_last = job.used() >= job.max_attempts;
    switch (outcome.kind) {
      case OutcomeKind::complete: job.state = JobState::completed; break;
      case OutcomeKind::discard: job.state = JobState::discarded; break;
      case OutcomeKind::cancel: job.state = JobState::cancelled; break;
      case OutcomeKind::rescue:
        job.state = is_last ? JobState::discarded : JobState::available;
        break;
      case OutcomeKind::release:
        ++job.free_attempts;
        job.state = JobState::available;
        break;
      case OutcomeKind::snooze:
        ++job.free_attempts;
        job.state = JobState::scheduled;
        job.scheduled_at = now + outcome.delay;
        break;
      case OutcomeKind::fail:
        job.state = is_last ? JobState::discarded : JobState::retryable;
        if (!is_last)
          job.scheduled_at = now + outcome.delay;
        break;
    }
    return OutcomeResult::applied;
  }

  ChangeResult retry(std::int64_t id, UnixTime now) {
    const auto found = jobs.find(id);
    if (found == jobs.end())
      return ChangeResult::not_found;
    auto& job = found->second;
    if (job.state == JobState::available || job.state == JobState::executing)
      return ChangeResult::not_allowed;
    if (is_final(job.state) && holder(job.key) != 0)
      return ChangeResult::key_taken;
    job.state = JobState::available;
    job.scheduled_at = now;
    job.free_attempts = job.attempt;
    return ChangeResult::changed;
  }

  ChangeResult cancel(std::int64_t id) {
    const auto found = jobs.find(id);
    if (found == jobs.end())
      return ChangeResult::not_found;
    if (is_final(found->second.state))
      return ChangeResult::not_allowed;
    found->second.state = JobState::cancelled;
    return ChangeResult::changed;
  }

  ChangeResult remove(std::int64_t id) {
    const auto found = jobs.find(id);
    if (found == jobs.end())
      return ChangeResult::not_found;
    if (found->second.state == JobState::executing)
      return ChangeResult::not_allowed;
    jobs.erase(found);
    return ChangeResult::changed;
  }
};

} // namespace zzz_jobs::conformance
