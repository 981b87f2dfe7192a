#include <zzz_jobs/stores/plain_claims.hpp>

#include <algorithm>
#include <utility>

namespace zzz_jobs {
namespace {

bool comes_before(const Job* a, const Job* b) {
  return std::pair{a->priority, a->id} < std::pair{b->priority, b->id};
}

template <class Jobs>
std::optional<std::int64_t> holder_in(const Jobs& jobs, std::string_view key) {
  for (const auto& [id, job] : jobs)
    if (job.unique_key == key)
      return id;
  return std::nullopt;
}

} // namespace

Job PlainClaims::open(Job job) {
  const auto back = handed_back_.find(job.id);
  if (back != handed_back_.end()) {
    job.attempt += back->second;
    job.free_attempts += back->second;
  }
  job.state = JobState::executing;
  parked_.erase(job.id); // somebody rescued it in the store
  return open_.insert_or_assign(job.id, std::move(job)).first->second;
}

const Job* PlainClaims::find_open(const Claim& claim) const {
  const auto found = open_.find(claim.job_id);
  return found != open_.end() && found->second.attempt == claim.attempt ? &found->second : nullptr;
}

std::optional<Job> PlainClaims::find(std::int64_t id) const {
  if (const auto found = open_.find(id); found != open_.end())
    return found->second;
  if (const auto found = parked_.find(id); found != parked_.end())
    return found->second;
  return std::nullopt;
}

void PlainClaims::close(std::int64_t id) {
  open_.erase(id);
  parked_.erase(id);
}

void PlainClaims::forget(std::int64_t id) {
  close(id);
  handed_back_.erase(id);
}

std::optional<std::int64_t> PlainClaims::holder_of(std::string_view unique_key) const {
  const auto executing = holder_in(open_, unique_key);
  return executing ? executing : holder_in(parked_, unique_key);
}

void PlainClaims::park(Job job) {
  job.state = JobState::available;
  const auto id = job.id;
  open_.erase(id);
  parked_.insert_or_assign(id, std::move(job));
}

void PlainClaims::park_open(std::int64_t id, UnixTime due) {
  auto node = open_.extract(id);
  auto& job = node.mapped();
  // Kept as the store knows it; `open` adds what was handed back.
  auto& back = handed_back_[id];
  job.attempt -= back;
  job.free_attempts -= back;
  ++back;
  job.scheduled_at = due;
  job.state = due == UnixTime{} ? JobState::available : JobState::scheduled;
  parked_.insert_or_assign(id, std::move(job));
}

void PlainClaims::make_due(std::int64_t id) {
  auto& job = parked_.at(id);
  job.state = JobState::available;
  job.scheduled_at = UnixTime{};
}

std::vector<Job> PlainClaims::take_parked(std::string_view queue, std::size_t wanted,
                                          const KnownWorkers& known, UnixTime now) {
  std::vector<const Job*> ready;
  for (auto& [id, job] : parked_)
    if (job.queue == queue && (job.state == JobState::available || job.scheduled_at <= now)
        && (!known || known->contains(job.worker)))
      ready.push_back(&job);
  const auto count = std::min(wanted, ready.size());
  std::partial_sort(ready.begin(), ready.begin() + static_cast<std::ptrdiff_t>(count), ready.end(),
                    comes_before);
  std::vector<Job> taken;
  for (std::size_t i = 0; i < count; ++i)
    taken.push_back(std::move(parked_.extract(ready[i]->id).mapped()));
  return taken;
}

std::vector<Claim> PlainClaims::open_claims(std::string_view queue) const {
  std::vector<Claim> claims;
  for (const auto& [id, job] : open_)
    if (job.queue == queue)
      claims.push_back(job.claim());
  return claims;
}

std::int64_t PlainClaims::count_parked(std::string_view queue, JobState state) const {
  return std::count_if(parked_.begin(), parked_.end(), [&](const auto& entry) {
    return entry.second.queue == queue && entry.second.state == state;
  });
}

std::optional<UnixTime> PlainClaims::next_due() const {
  std::optional<UnixTime> next;
  for (const auto& [id, job] : parked_)
    if (job.state == JobState::scheduled && (!next || job.scheduled_at < *next))
      next = job.scheduled_at;
  return next;
}

std::optional<UnixTime> PlainClaims::oldest() const {
  std::optional<UnixTime> oldest;
  const auto look_at = [&](const auto& jobs) {
    for (const auto& [id, job] : jobs)
      if (job.attempted_at && (!oldest || *job.attempted_at < *oldest))
        oldest = job.attempted_at;
  };
  look_at(open_);
  look_at(parked_);
  return oldest;
}

} // namespace zzz_jobs
