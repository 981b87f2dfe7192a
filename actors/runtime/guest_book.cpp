#include <zzz_jobs/actors/runtime/guest_book.hpp>

#include <algorithm>
#include <utility>

namespace zzz_jobs::runtime {

std::uint64_t GuestBook::add(std::string name, GuestListener listener) {
  const std::lock_guard lock{mutex_};
  is_used_ = true;
  guests_[++last_] = std::make_shared<Visitor>(Visitor{std::move(name), std::move(listener), {}});
  return last_;
}

void GuestBook::leave(std::uint64_t guest) {
  const std::lock_guard lock{mutex_};
  const auto found = guests_.find(guest);
  if (found == guests_.end())
    return;
  std::erase_if(held_, [&](const auto& entry) {
    return entry.second.guest == guest && entry.second.fate == Fate::let_go;
  });
  change_held(guest, [&](std::int64_t, Held& held) {
    if (held.fate != Fate::held)
      return;
    held.fate = Fate::lost;
    held.left_by = found->second->name;
  });
  guests_.erase(found);
}

template <class Change>
void GuestBook::change_held(std::uint64_t guest, const Change& change) {
  for (auto& [job, held] : held_)
    if (held.guest == guest)
      change(job, held);
}

std::size_t GuestBook::open() const {
  const std::lock_guard lock{mutex_};
  return static_cast<std::size_t>(std::count_if(held_.begin(), held_.end(), [](const auto& entry) {
    return entry.second.fate == Fate::held || entry.second.fate == Fate::let_go;
  }));
}

std::vector<HeldClaim> GuestBook::let_go(std::uint64_t guest) {
  const std::lock_guard lock{mutex_};
  std::vector<HeldClaim> gone;
  change_held(guest, [&](std::int64_t job, Held& held) {
    if (held.fate != Fate::held && held.fate != Fate::let_go)
      return;
    held.fate = Fate::let_go;
    gone.push_back({{job, held.attempt}, held.queue});
  });
  return gone;
}

void GuestBook::hold(std::uint64_t guest, const HeldClaim& held) {
  const std::lock_guard lock{mutex_};
  held_[held.claim.job_id] = {.attempt = held.claim.attempt, .guest = guest, .queue = held.queue};
}

void GuestBook::moved(std::uint64_t guest, const std::vector<Claim>& adopted) {
  const std::lock_guard lock{mutex_};
  for (const auto& claim : adopted)
    if (const auto held = held_.find(claim.job_id);
        held != held_.end() && held->second.guest == guest && held->second.attempt == claim.attempt)
      held_.erase(held);
  change_held(guest, [](std::int64_t, Held& held) { held.fate = Fate::back; });
}

void GuestBook::hand_back(std::uint64_t guest) {
  std::vector<Claim> interrupted;
  std::shared_ptr<Visitor> visitor;
  {
    const std::lock_guard lock{mutex_};
    if (const auto found = guests_.find(guest); found != guests_.end())
      visitor = found->second;
    change_held(guest, [&](std::int64_t job, Held& held) {
      if (held.fate != Fate::held)
        return;
      held.fate = Fate::back;
      interrupted.push_back({job, held.attempt});
    });
  }
  if (visitor)
    for (const auto& claim : interrupted)
      visitor->listener.cancelled(claim);
}

bool GuestBook::is_here(std::uint64_t guest) const {
  const std::lock_guard lock{mutex_};
  return guests_.contains(guest);
}

bool GuestBook::holds(const Claim& claim) const {
  if (!is_used_)
    return false;
  const std::lock_guard lock{mutex_};
  const auto found = held_.find(claim.job_id);
  return found != held_.end() && found->second.attempt == claim.attempt;
}

void GuestBook::signal(StoreSignal signal) const {
  if (!is_used_)
    return;
  std::vector<std::shared_ptr<Visitor>> all;
  {
    const std::lock_guard lock{mutex_};
    for (const auto& [id, guest] : guests_)
      all.push_back(guest);
  }
  for (const auto& guest : all)
    guest->listener.signal(signal);
}

void GuestBook::cancelled(const Claim& claim) const {
  if (!is_used_)
    return;
  std::shared_ptr<Visitor> holder;
  {
    const std::lock_guard lock{mutex_};
    const auto held = held_.find(claim.job_id);
    if (held == held_.end() || held->second.attempt != claim.attempt)
      return;
    if (const auto found = guests_.find(held->second.guest); found != guests_.end())
      holder = found->second;
  }
  if (holder)
    holder->listener.cancelled(claim);
}

void GuestBook::asks(std::uint64_t guest, const Batch& batch) {
  const std::lock_guard lock{mutex_};
  if (const auto found = guests_.find(guest); found != guests_.end())
    for (const auto& request : batch.claims)
      found->second->waits_in.erase(request.queue);
}

/// What was claimed for a guest that has left meanwhile was never started.
void GuestBook::note(std::uint64_t guest, const Batch& batch, const BatchResult& result) {
  const std::lock_guard lock{mutex_};
  const auto found = guests_.find(guest);
  for (std::size_t i = 0; i < batch.outcomes.size(); ++i)
    if (result.outcomes[i] != OutcomeResult::locked) // else the guest reports it again
      forget_locked(batch.outcomes[i].claim);
  const auto fate = found == guests_.end() ? Fate::back : Fate::held;
  for (std::size_t i = 0; i < result.claimed.size(); ++i) {
    const auto& request = batch.claims[i];
    for (const auto& job : result.claimed[i])
      held_[job.id] = {
        .attempt = job.attempt, .guest = guest, .queue = request.queue, .fate = fate};
    if (found != guests_.end() && result.claimed[i].size() < request.slots)
      found->second->waits_in.insert(request.queue);
  }
}

/// One word a wait: a woken guest looks everywhere and claims again.
void GuestBook::wake(const Wakes& wakes) {
  if (!is_used_)
    return;
  std::vector<std::shared_ptr<Visitor>> woken;
  {
    const std::lock_guard lock{mutex_};
    for (const auto& [id, guest] : guests_) {
      const auto& waits = guest->waits_in;
      const bool may_have = wakes.everywhere
        || std::any_of(wakes.queues.begin(), wakes.queues.end(),
                       [&](const auto& queue) { return waits.contains(queue); });
      if (waits.empty() || !may_have)
        continue;
      guest->waits_in.clear();
      woken.push_back(guest);
    }
  }
  for (const auto& guest : woken)
    guest->listener.signal(StoreSignal::jobs);
}

std::vector<Claim> GuestBook::compare(std::uint64_t guest, const std::string& queue,
                                      const std::vector<Claim>& open) {
  const std::lock_guard lock{mutex_};
  std::vector<Claim> its_own;
  std::unordered_map<std::int64_t, std::int32_t> stored;
  for (const auto& claim : open)
    stored[claim.job_id] = claim.attempt;
  std::erase_if(held_, [&](const auto& entry) {
    const auto& [job, held] = entry;
    if (held.guest != guest || held.queue != queue)
      return false;
    const auto found = stored.find(job);
    if (found == stored.end() || found->second != held.attempt)
      return true;
    its_own.push_back({job, held.attempt});
    return false;
  });
  return its_own;
}

std::vector<Finished> GuestBook::take_left_behind(bool all) {
  std::vector<Finished> left;
  if (!is_used_)
    return left;
  const std::lock_guard lock{mutex_};
  for (auto& [id, held] : held_) {
    const bool is_lost = held.fate == Fate::lost;
    if ((!is_lost && held.fate != Fate::back) || (held.taken && !all))
      continue;
    held.taken = true;
    Job job;
    job.id = id;
    job.attempt = held.attempt;
    job.queue = held.queue;
    left.push_back(is_lost ? unstarted(std::move(job), OutcomeKind::rescue,
                                       "node \"" + held.left_by + "\" is gone")
                           : unstarted(std::move(job), OutcomeKind::release));
  }
  return left;
}

void GuestBook::forget(const Claim& claim) {
  if (!is_used_)
    return;
  const std::lock_guard lock{mutex_};
  forget_locked(claim);
}

void GuestBook::forget_locked(const Claim& claim) {
  const auto found = held_.find(claim.job_id);
  if (found != held_.end() && found->second.attempt == claim.attempt)
    held_.erase(found);
}

} // namespace zzz_jobs::runtime
