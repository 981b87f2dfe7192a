#include <zzz_jobs/stores/detail/direct_starts.hpp>

#include <algorithm>

namespace zzz_jobs::detail {

DirectStarts::DirectStarts(const Batch& batch, UnixTime now,
                           const std::function<bool(const ClaimRequest& claim)>& is_idle)
  : batch_(batch), now_(now), direct_(batch.claims.size(), false) {
  if (batch.enqueues.empty() || batch.claims.empty() || replaces_jobs())
    return;
  for (std::size_t i = 0; i < batch.claims.size(); ++i)
    direct_[i] = batch.claims[i].direct && is_only(batch.claims[i]) && fits(batch.claims[i])
      && is_idle(batch.claims[i]);
}

/// Of several claims of one queue the first would have to get all it can.
bool DirectStarts::is_only(const ClaimRequest& request) const {
  return std::count_if(batch_.claims.begin(), batch_.claims.end(),
                       [&](const ClaimRequest& other) { return other.queue == request.queue; })
    == 1;
}

/// Such a job could cancel one that this very batch has started.
bool DirectStarts::replaces_jobs() const {
  return std::any_of(batch_.enqueues.begin(), batch_.enqueues.end(), replaces_another);
}

bool DirectStarts::starts_now(const NewJob& job, const ClaimRequest& request) const {
  const bool later = job.delay ? job.delay->count() > 0 : job.scheduled_at.value_or(now_) > now_;
  const auto* known = request.known_workers.get();
  return !later && (known == nullptr || known->contains(job.worker));
}

bool DirectStarts::fits(const ClaimRequest& request) const {
  std::size_t count = 0;
  for (const auto& job : batch_.enqueues)
    if (job.queue == request.queue && starts_now(job, request) && ++count > request.slots)
      return false;
  return count > 0;
}

std::optional<std::size_t> DirectStarts::claim_for(const NewJob& job) const {
  for (std::size_t i = 0; i < direct_.size(); ++i)
    if (direct_[i] && batch_.claims[i].queue == job.queue)
      return starts_now(job, batch_.claims[i]) ? std::optional{i} : std::nullopt;
  return std::nullopt;
}

Job started_job(const NewJob& job, const Enqueued& done, std::int64_t node) {
  auto started = as_job(job);
  started.id = done.id;
  started.state = JobState::executing;
  started.attempt = 1;
  started.scheduled_at = done.scheduled_at;
  started.attempted_at = done.inserted_at;
  started.inserted_at = done.inserted_at;
  started.node = node;
  return started;
}

} // namespace zzz_jobs::detail
