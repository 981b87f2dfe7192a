#include <zzz_jobs/actors/any_supervisor.hpp>

#include <zzz_jobs/actors/runtime/cancelled_jobs.hpp>
#include <zzz_jobs/actors/runtime/engine.hpp>
#include <zzz_jobs/actors/runtime/shared.hpp>
#include <zzz_jobs/actors/runtime/turn.hpp>

#include <algorithm>
#include <set>
#include <utility>

namespace zzz_jobs {
namespace {

std::string named(std::int64_t id) {
  return "job " + std::to_string(id) + ": ";
}

void check_change(std::int64_t id, const Change& change, std::string_view verb) {
  switch (change.result) {
    case ChangeResult::changed: return;
    case ChangeResult::not_found: throw Error(errc::job_not_found, named(id) + "not found");
    case ChangeResult::not_allowed:
      throw Error(errc::not_allowed,
                  named(id) + std::string{verb} + " is not possible, it is "
                    + std::string{to_string(change.before)});
    case ChangeResult::key_taken:
      throw Error(errc::conflict, named(id) + "another live job has its unique_key");
  }
}

/// Those that were changed.
std::vector<std::int64_t> changed_of(const std::vector<std::int64_t>& ids,
                                     const std::vector<Change>& changes) {
  std::vector<std::int64_t> changed;
  for (std::size_t i = 0; i < changes.size(); ++i)
    if (changes[i].result == ChangeResult::changed)
      changed.push_back(ids[i]);
  return changed;
}

} // namespace

void AnySupervisor::cancel(std::int64_t id) {
  check_change(id, change_all(ChangeKind::cancel, {id}).front(), "cancel");
}

void AnySupervisor::retry(std::int64_t id) {
  check_change(id, change_all(ChangeKind::retry, {id}).front(), "retry");
}

void AnySupervisor::remove(std::int64_t id) {
  check_change(id, change_all(ChangeKind::remove, {id}).front(), "remove");
}

std::vector<Change> AnySupervisor::change_all(ChangeKind kind,
                                              const std::vector<std::int64_t>& ids) {
  std::vector<Change> changes;
  changes.reserve(ids.size());
  while (changes.size() < ids.size()) {
    const auto begin = ids.begin() + static_cast<std::ptrdiff_t>(changes.size());
    const auto count = std::min(runtime::turn_rows_max, ids.size() - changes.size());
    const std::vector<std::int64_t> piece{begin, begin + static_cast<std::ptrdiff_t>(count)};
    auto done = change_in_a_turn(kind, piece);
    std::move(done.begin(), done.end(), std::back_inserter(changes));
  }
  return changes;
}

/// At least the first of them.
std::vector<Change> AnySupervisor::change_in_a_turn(ChangeKind kind,
                                                    const std::vector<std::int64_t>& ids) {
  std::vector<Change> changes;
  std::vector<Event> cancelled; // only where somebody listens
  with_store([&](AnyStore& store) {
    changes = store.change_all(kind, ids);
    if (kind == ChangeKind::cancel && shared_->telemetry.active())
      cancelled = runtime::cancelled_events(store, changed_of(ids, changes));
  });
  if (changes.empty() || changes.size() > ids.size())
    throw Error(errc::in_doubt, "store: its answer does not belong to the change of many jobs");
  tell_changes(kind, changes);
  if (!cancelled.empty())
    shared_->telemetry.publish(std::move(cancelled));
  return changes;
}

/// Handlers here and on other nodes hear that their executions are over, and queues
/// that they have jobs again.
void AnySupervisor::tell_changes(ChangeKind kind, const std::vector<Change>& changes) {
  std::set<std::string> queues;
  std::uint64_t count = 0;
  for (const auto& change : changes) {
    if (change.result != ChangeResult::changed)
      continue;
    ++count;
    queues.insert(change.queue);
    if (change.before != JobState::executing)
      continue;
    engine_->cancelled(change.claim);
    shared_->notices.tell({.kind = Notice::Kind::cancelled, .claim = change.claim});
  }
  if (kind == ChangeKind::cancel)
    shared_->counters.cancelled.fetch_add(count);
  if (kind != ChangeKind::retry || count == 0)
    return;
  engine_->look_again();
  for (const auto& queue : queues)
    shared_->notices.tell({.kind = Notice::Kind::jobs, .queue = queue});
}

} // namespace zzz_jobs
