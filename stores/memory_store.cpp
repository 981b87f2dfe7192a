#include <zzz_jobs/stores/memory_store.hpp>

#include <zzz_jobs/config/retry_strategy.hpp>
#include <zzz_jobs/stores/detail/memory_table.hpp>
#include <zzz_jobs/stores/detail/page.hpp>

#include <algorithm>
#include <limits>
#include <mutex>
#include <random>
#include <utility>

namespace zzz_jobs {
namespace {

/// New for each store: what names its executions' owner.
std::int64_t new_node_id() {
  std::random_device random;
  const auto high = std::uint64_t{random() & 0x7FFF'FFFFU} << 32U;
  return static_cast<std::int64_t>(high | random());
}

bool matches(const detail::MemorySlot& slot, const JobFilter& filter) {
  return (!filter.state || slot.state == *filter.state)
    && (!filter.worker || slot.line->worker == *filter.worker)
    && (!filter.queue || slot.queue().name == *filter.queue)
    && (!filter.unique_key || (slot.unique_key() && *slot.unique_key() == *filter.unique_key));
}

std::string job_named(std::int64_t id) {
  return "job " + std::to_string(id) + ": ";
}

} // namespace

struct MemoryStore::Impl {
  explicit Impl(Config with) : config(std::move(with)), table(config.capacity, config.limits) {
    table.node_id = new_node_id();
  }

  /// The slot of an executing job, for the operations that know no claim.
  detail::MemorySlot& executing(std::int64_t id) {
    auto* slot = table.find(id);
    if (!slot)
      throw Error(errc::job_not_found, job_named(id) + "not found");
    if (slot->state != JobState::executing)
      throw Error(errc::not_allowed,
                  job_named(id) + "is " + std::string{to_string(slot->state)} + ", not executing");
    return *slot;
  }

  /// The slot of `claim` while that is the current execution, else null.
  detail::MemorySlot* current(const Claim& claim) {
    auto* slot = table.find(claim.job_id);
    const bool is_current =
      slot && slot->state == JobState::executing && slot->attempt == claim.attempt;
    return is_current ? slot : nullptr;
  }

  void end_plainly(std::int64_t id, Outcome outcome) {
    auto& slot = executing(id);
    table.end(slot, outcome, config.clock->now());
  }

  void apply_outcomes(Batch& batch, BatchResult& result, UnixTime now) {
    result.outcomes.reserve(batch.outcomes.size());
    result.outcome_states.reserve(batch.outcomes.size());
    for (auto& outcome : batch.outcomes) {
      auto* slot = current(outcome.claim);
      if (slot)
        table.end(*slot, outcome, now);
      result.outcomes.push_back(slot ? OutcomeResult::applied : OutcomeResult::refused);
      result.outcome_states.push_back(slot ? slot->state : JobState::available);
      if (slot && outcome.kind == OutcomeKind::complete && outcome.erase)
        table.erase(*slot);
    }
  }

  template <class ChangeSlot>
  Change change(std::int64_t id, ChangeSlot&& change_slot) {
    Change done;
    auto* slot = table.find(id);
    if (!slot)
      return done;
    done.before = slot->state;
    done.queue = slot->queue().name;
    if (slot->state == JobState::executing)
      done.claim = slot->claim();
    done.result = change_slot(*slot, config.clock->now());
    return done;
  }

  /// With the mutex held.
  Change change(ChangeKind kind, std::int64_t id) {
    switch (kind) {
      case ChangeKind::cancel:
        return change(id, [&](auto& slot, UnixTime now) { return table.cancel(slot, now); });
      case ChangeKind::retry:
        return change(id, [&](auto& slot, UnixTime now) { return table.retry(slot, now); });
      case ChangeKind::remove: break;
    }
    return change(id, [&](auto& slot, UnixTime) {
      if (slot.state == JobState::executing)
        return ChangeResult::not_allowed;
      table.erase(slot);
      return ChangeResult::changed;
    });
  }

  Config config;
  std::mutex mutex{};
  detail::MemoryTable table;
};

MemoryStore::MemoryStore() : MemoryStore(Config{}) {}
MemoryStore::MemoryStore(Config config) : impl_(std::make_unique<Impl>(std::move(config))) {}
MemoryStore::~MemoryStore() = default;
MemoryStore::MemoryStore(MemoryStore&&) noexcept = default;
MemoryStore& MemoryStore::operator=(MemoryStore&&) noexcept = default;

// --- the published operations ------------------------------------------------

Job MemoryStore::enqueue(std::string_view worker, std::string_view args, const JobOpts& opts) {
  auto job = make_new_job(worker, std::string{args}, opts, impl_->config.limits);
  const std::lock_guard lock{impl_->mutex};
  const auto done = impl_->table.insert(job, impl_->config.clock->now());
  if (done.failed != errc{})
    throw Error(done.failed, done.error);
  auto answer = to_job(*impl_->table.find(done.id), impl_->table.node_id);
  answer.conflict = done.conflict;
  return answer;
}

std::optional<Job> MemoryStore::claim(std::string_view queue) {
  const std::lock_guard lock{impl_->mutex};
  const auto now = impl_->config.clock->now();
  impl_->table.promote(now);
  return impl_->table.claim_foreign(queue, now);
}

void MemoryStore::complete(std::int64_t id) {
  const std::lock_guard lock{impl_->mutex};
  impl_->end_plainly(id, {.kind = OutcomeKind::complete});
}

void MemoryStore::fail(std::int64_t id, std::string_view error) {
  const std::lock_guard lock{impl_->mutex};
  const auto retry = impl_->executing(id).attempts_used();
  impl_->end_plainly(id,
                     {.kind = OutcomeKind::fail,
                      .delay = RetryStrategy{}.delay(retry),
                      .error = std::string{error}});
}

void MemoryStore::discard(std::int64_t id, std::string_view error) {
  const std::lock_guard lock{impl_->mutex};
  impl_->end_plainly(id, {.kind = OutcomeKind::discard, .error = std::string{error}});
}

std::uint32_t MemoryStore::rescue_stuck(std::chrono::seconds age) {
  const std::lock_guard lock{impl_->mutex};
  const auto now = impl_->config.clock->now();
  const auto least = std::max(age, std::chrono::seconds{0});
  const auto stuck = impl_->table.foreign_before(now - least);
  Outcome lost{.kind = OutcomeKind::rescue,
               .error = "no outcome within " + std::to_string(least.count()) + " s"};
  for (auto* slot : stuck)
    impl_->table.end(*slot, lost, now);
  return static_cast<std::uint32_t>(stuck.size());
}

std::int64_t MemoryStore::count_by_state(std::string_view queue, JobState state) {
  const std::lock_guard lock{impl_->mutex};
  const auto* found = impl_->table.find_queue(queue);
  return found ? found->counts[static_cast<std::size_t>(state)] : 0;
}

void MemoryStore::pause(std::string_view queue) {
  check_name("queue", queue, impl_->config.limits.name_bytes_max);
  const std::lock_guard lock{impl_->mutex};
  impl_->table.queue_named(queue).paused = true;
}

void MemoryStore::resume_queue(std::string_view queue) {
  const std::lock_guard lock{impl_->mutex};
  auto* found = impl_->table.find_queue(queue);
  if (!found)
    return;
  found->paused = false;
  impl_->table.drop_if_unused(*found);
}

bool MemoryStore::is_paused(std::string_view queue) {
  const std::lock_guard lock{impl_->mutex};
  const auto* found = impl_->table.find_queue(queue);
  return found && found->paused;
}

std::uint32_t MemoryStore::delete_completed(UnixTime older_than) {
  const std::lock_guard lock{impl_->mutex};
  return impl_->table.erase_completed_before(older_than);
}

// --- what the actors and operators use ---------------------------------------

BatchResult MemoryStore::apply(Batch& batch) {
  const std::lock_guard lock{impl_->mutex};
  auto& table = impl_->table;
  const auto now = impl_->config.clock->now();
  BatchResult result;
  table.promote(now);
  for (auto& progress : batch.progress)
    if (auto* slot = impl_->current(progress.claim))
      table.report(*slot, progress);
  impl_->apply_outcomes(batch, result, now);
  result.enqueued.reserve(batch.enqueues.size());
  for (auto& job : batch.enqueues)
    result.enqueued.push_back(table.insert(job, now));
  result.claimed.reserve(batch.claims.size());
  for (const auto& request : batch.claims)
    result.claimed.push_back(table.claim(request, now));
  result.next_due = table.next_due();
  return result;
}

std::int64_t MemoryStore::node_id() {
  return impl_->table.node_id;
}

UnixTime MemoryStore::now() {
  return impl_->config.clock->now();
}

std::optional<Job> MemoryStore::get(std::int64_t id) {
  const std::lock_guard lock{impl_->mutex};
  const auto* slot = impl_->table.find(id);
  return slot ? std::optional{to_job(*slot, impl_->table.node_id)} : std::nullopt;
}

std::vector<Job> MemoryStore::list(const JobFilter& filter, const Page& page) {
  detail::check_page(page);
  const std::lock_guard lock{impl_->mutex};
  std::vector<Job> jobs;
  const auto visit = [&](const detail::MemorySlot& slot) {
    if (matches(slot, filter))
      jobs.push_back(to_job(slot, impl_->table.node_id));
    return jobs.size() < page.limit;
  };
  constexpr auto from_the_end = std::numeric_limits<std::int64_t>::max();
  if (page.newest_first)
    impl_->table.slots().descending(page.after_id == 0 ? from_the_end : page.after_id, visit);
  else
    impl_->table.slots().ascending(std::max<std::int64_t>(page.after_id, 0), visit);
  return jobs;
}

std::vector<QueueCount> MemoryStore::counts() {
  const std::lock_guard lock{impl_->mutex};
  std::vector<QueueCount> counts;
  for (const auto& [name, queue] : impl_->table.queues())
    for (std::size_t state = 0; state < job_state_count; ++state)
      if (queue.counts[state] > 0)
        counts.push_back({name, static_cast<JobState>(state), queue.counts[state]});
  return counts;
}

std::vector<QueueSettings> MemoryStore::settings() {
  const std::lock_guard lock{impl_->mutex};
  std::vector<QueueSettings> settings;
  for (const auto& [name, queue] : impl_->table.queues())
    if (queue.paused)
      settings.push_back({name, true});
  return settings;
}

Change MemoryStore::retry(std::int64_t id) {
  return change_all(ChangeKind::retry, {id}).front();
}

Change MemoryStore::cancel(std::int64_t id) {
  return change_all(ChangeKind::cancel, {id}).front();
}

Change MemoryStore::remove(std::int64_t id) {
  return change_all(ChangeKind::remove, {id}).front();
}

std::vector<Change> MemoryStore::change_all(ChangeKind kind, const std::vector<std::int64_t>& ids) {
  const std::lock_guard lock{impl_->mutex};
  std::vector<Change> changes;
  changes.reserve(ids.size());
  for (const auto id : ids)
    changes.push_back(impl_->change(kind, id));
  return changes;
}

std::vector<Claim> MemoryStore::open_claims(std::string_view queue) {
  const std::lock_guard lock{impl_->mutex};
  std::vector<Claim> claims;
  if (const auto* found = impl_->table.find_queue(queue))
    for (const auto* slot : found->executing)
      if (slot->owned)
        claims.push_back(slot->claim());
  return claims;
}

/// The owner of everything here is this process, which lives.
std::vector<Job> MemoryStore::rescue_dead_owners() {
  return {};
}

std::optional<UnixTime> MemoryStore::last_tick(std::string_view entry) {
  const std::lock_guard lock{impl_->mutex};
  return impl_->table.cron_ticks().last(entry);
}

UnixTime MemoryStore::cron_since(std::string_view entry, UnixTime begin) {
  const std::lock_guard lock{impl_->mutex};
  return impl_->table.cron_ticks().since(entry, begin);
}

void MemoryStore::set_cron_paused(std::string_view entry, bool paused) {
  const std::lock_guard lock{impl_->mutex};
  impl_->table.cron_ticks().set_paused(entry, paused, impl_->config.clock->now());
}

bool MemoryStore::is_cron_paused(std::string_view entry) {
  const std::lock_guard lock{impl_->mutex};
  return impl_->table.cron_ticks().is_paused(entry);
}

std::uint32_t MemoryStore::prune(const PrunePolicy& policy, std::uint32_t limit) {
  const std::lock_guard lock{impl_->mutex};
  const auto now = impl_->config.clock->now();
  auto& table = impl_->table;
  auto erased = table.erase_final(JobState::completed, policy.completed, now, limit);
  erased += table.erase_final(JobState::discarded, policy.discarded, now, limit - erased);
  erased += table.erase_final(JobState::cancelled, policy.cancelled, now, limit - erased);
  return erased;
}

} // namespace zzz_jobs
