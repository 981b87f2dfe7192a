#include "support/list_store.hpp"

#include <zzz_jobs/config/errc.hpp>
#include <zzz_jobs/config/retry_strategy.hpp>
#include <zzz_jobs/stores/error_history.hpp>

#include <algorithm>
#include <utility>

namespace zzz_jobs::tests {
namespace {

bool is_ready(const Job& job, UnixTime now) {
  const bool waits = job.state == JobState::available || job.state == JobState::scheduled
    || job.state == JobState::retryable;
  return waits && job.scheduled_at <= now;
}

} // namespace

ListStore::ListStore(Config config) : config_(std::move(config)) {}

Job* ListStore::holder_of(const std::optional<std::string>& key) {
  const auto found = std::find_if(jobs_.begin(), jobs_.end(), [&](const Job& job) {
    return key && job.unique_key == key && !is_final(job.state);
  });
  return found == jobs_.end() ? nullptr : &*found;
}

Job ListStore::enqueue(std::string_view worker, std::string_view args, const JobOpts& opts) {
  const auto wanted = make_new_job(worker, std::string{args}, opts, config_.limits);
  const auto now = config_.clock->now();
  if (auto* holder = holder_of(wanted.unique_key)) {
    if (wanted.unique_strategy == UniqueStrategy::ignore_new) {
      auto answer = *holder;
      answer.conflict = true;
      return answer;
    }
    finish(*holder, JobState::cancelled);
  }
  Job job;
  job.id = ++last_id_;
  job.queue = wanted.queue;
  job.worker = wanted.worker;
  job.args = wanted.args;
  job.priority = wanted.priority;
  job.max_attempts = wanted.max_attempts;
  job.timeout = wanted.timeout;
  job.unique_key = wanted.unique_key;
  job.inserted_at = now;
  job.scheduled_at = wanted.delay ? now + *wanted.delay : wanted.scheduled_at.value_or(UnixTime{});
  job.state = job.scheduled_at > now ? JobState::scheduled : JobState::available;
  return jobs_.emplace_back(std::move(job));
}

std::optional<Job> ListStore::claim(std::string_view queue) {
  const auto now = config_.clock->now();
  Job* first = nullptr;
  for (auto& job : jobs_)
    if (job.queue == queue && is_ready(job, now) && (!first || job.priority < first->priority))
      first = &job;
  if (!first || is_paused(queue))
    return std::nullopt;
  first->state = JobState::executing;
  first->attempted_at = now;
  ++first->attempt;
  return *first;
}

Job& ListStore::executing(std::int64_t id) {
  const auto found =
    std::find_if(jobs_.begin(), jobs_.end(), [&](const Job& job) { return job.id == id; });
  const auto name = "job " + std::to_string(id) + ": ";
  if (found == jobs_.end())
    throw Error(errc::job_not_found, name + "not found");
  if (found->state != JobState::executing)
    throw Error(errc::not_allowed,
                name + "is " + std::string{to_string(found->state)} + ", not executing");
  return *found;
}

void ListStore::finish(Job& job, JobState state) {
  job.state = state;
  job.completed_at = config_.clock->now();
}

void ListStore::lose(Job& job, std::string_view error, JobState next) {
  job.errors = with_error(job.errors, job.attempt, config_.clock->now(), error, config_.limits);
  if (job.is_last_attempt())
    finish(job, JobState::discarded);
  else
    job.state = next;
}

void ListStore::complete(std::int64_t id) {
  finish(executing(id), JobState::completed);
}

void ListStore::fail(std::int64_t id, std::string_view error) {
  auto& job = executing(id);
  lose(job, error, JobState::retryable);
  if (job.state == JobState::retryable)
    job.scheduled_at = config_.clock->now() + RetryStrategy{}.delay(job.attempt);
}

void ListStore::discard(std::int64_t id, std::string_view error) {
  auto& job = executing(id);
  job.errors = with_error(job.errors, job.attempt, config_.clock->now(), error, config_.limits);
  finish(job, JobState::discarded);
}

std::uint32_t ListStore::rescue_stuck(std::chrono::seconds age) {
  const auto before = config_.clock->now() - std::max(age, std::chrono::seconds{0});
  std::uint32_t rescued = 0;
  for (auto& job : jobs_)
    if (job.state == JobState::executing && *job.attempted_at < before) {
      lose(job, "lost: no outcome in time", JobState::available);
      ++rescued;
    }
  return rescued;
}

std::int64_t ListStore::count_by_state(std::string_view queue, JobState state) {
  return std::count_if(jobs_.begin(), jobs_.end(),
                       [&](const Job& job) { return job.queue == queue && job.state == state; });
}

void ListStore::pause(std::string_view queue) {
  paused_.emplace(queue);
}

void ListStore::resume_queue(std::string_view queue) {
  if (const auto found = paused_.find(queue); found != paused_.end())
    paused_.erase(found);
}

bool ListStore::is_paused(std::string_view queue) {
  return paused_.contains(queue);
}

std::uint32_t ListStore::delete_completed(UnixTime older_than) {
  return static_cast<std::uint32_t>(std::erase_if(jobs_, [&](const Job& job) {
    return job.state == JobState::completed && *job.completed_at < older_than;
  }));
}

} // namespace zzz_jobs::tests
