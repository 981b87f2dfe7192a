#include <zzz_jobs/nodes/cluster/store_desk.hpp>

#include <zzz_jobs/actors/runtime/shared.hpp>
#include <zzz_jobs/nodes/cluster/store_codec.hpp>
#include <zzz_jobs/nodes/cluster/store_fields.hpp>

#include <chrono>
#include <iterator>
#include <optional>
#include <set>

namespace zzz_jobs::node {
namespace {

using std::chrono::seconds;

template <class... T>
std::tuple<T...> arguments(std::string_view body) {
  std::tuple<T...> values;
  std::apply([&](auto&... value) { codec::decode(body, value...); }, values);
  return values;
}

/// The verbs that change nothing.
std::optional<std::string> read(StoreVerb verb, std::string_view body, AnyStore& store,
                                Guest& guest) {
  switch (verb) {
    case StoreVerb::now: return codec::encoded();
    case StoreVerb::get: return codec::encoded(store.get(codec::decoded<std::int64_t>(body)));
    case StoreVerb::list: {
      const auto [filter, page] = arguments<JobFilter, Page>(body);
      return codec::encoded(store.list(filter, page));
    }
    case StoreVerb::get_all:
      return codec::encoded(store.get_all(codec::decoded<std::vector<std::int64_t>>(body)));
    case StoreVerb::counts: return codec::encoded(store.counts());
    case StoreVerb::nodes: return codec::encoded(store.nodes());
    case StoreVerb::settings: return codec::encoded(store.settings());
    case StoreVerb::open_claims:
      return codec::encoded(
        guest.open_claims(store, codec::decoded<std::vector<std::string>>(body)));
    case StoreVerb::last_tick:
      return codec::encoded(store.last_tick(codec::decoded<std::string>(body)));
    case StoreVerb::count_by_state: {
      const auto [queue, state] = arguments<std::string, JobState>(body);
      return codec::encoded(store.count_by_state(queue, state));
    }
    case StoreVerb::is_paused:
      return codec::encoded(store.is_paused(codec::decoded<std::string>(body)));
    case StoreVerb::is_cron_paused:
      return codec::encoded(store.is_cron_paused(codec::decoded<std::string>(body)));
    default: return std::nullopt;
  }
}

/// To whom it concerns here, and to this node's peers.
void tell(AnySupervisor& host, const Notice& notice) {
  host.notice(notice);
  host.shared().notices.tell(notice);
}

void tell_changes(const std::vector<Change>& changes, AnySupervisor& host) {
  std::set<std::string> queues;
  for (const auto& change : changes) {
    if (change.result != ChangeResult::changed)
      continue;
    if (change.before == JobState::executing)
      tell(host, {.kind = Notice::Kind::cancelled, .claim = change.claim});
    else // a retry may have made it available
      queues.insert(change.queue);
  }
  for (const auto& queue : queues)
    tell(host, {.kind = Notice::Kind::jobs, .queue = queue});
}

std::string changed(const Change& change, AnySupervisor& host) {
  tell_changes({change}, host);
  return codec::encoded(change);
}

std::string changed(const std::vector<Change>& changes, AnySupervisor& host) {
  tell_changes(changes, host);
  return codec::encoded(changes);
}

std::string set_paused(const std::string& queue, bool paused, AnyStore& store,
                       AnySupervisor& host) {
  paused ? store.pause(queue) : store.resume_queue(queue);
  tell(host, {.kind = paused ? Notice::Kind::paused : Notice::Kind::resumed, .queue = queue});
  return codec::encoded();
}

/// By hand, and what maintenance does.
std::optional<std::string> intervene(StoreVerb verb, std::string_view body, AnyStore& store,
                                     AnySupervisor& host) {
  const auto id = [&] { return codec::decoded<std::int64_t>(body); };
  const auto text = [&] { return codec::decoded<std::string>(body); };
  switch (verb) {
    case StoreVerb::look_again: host.look_again(); return codec::encoded();
    case StoreVerb::retry: return changed(store.retry(id()), host);
    case StoreVerb::cancel: return changed(store.cancel(id()), host);
    case StoreVerb::remove: return changed(store.remove(id()), host);
    case StoreVerb::change_all: {
      const auto [kind, ids] = arguments<ChangeKind, std::vector<std::int64_t>>(body);
      return changed(store.change_all(kind, ids), host);
    }
    case StoreVerb::pause: return set_paused(text(), true, store, host);
    case StoreVerb::resume_queue: return set_paused(text(), false, store, host);
    case StoreVerb::rescue_dead_owners: {
      const auto rescued = store.rescue_dead_owners();
      if (!rescued.empty())
        host.look_again();
      return codec::encoded(rescued);
    }
    case StoreVerb::rescue_stuck: {
      const auto count = store.rescue_stuck(codec::decoded<seconds>(body));
      if (count > 0)
        host.look_again();
      return codec::encoded(count);
    }
    case StoreVerb::cron_since: {
      const auto [entry, begin] = arguments<std::string, UnixTime>(body);
      return codec::encoded(store.cron_since(entry, begin));
    }
    case StoreVerb::set_cron_paused: {
      const auto [entry, paused] = arguments<std::string, bool>(body);
      store.set_cron_paused(entry, paused);
      return codec::encoded();
    }
    case StoreVerb::prune: {
      const auto [policy, limit] = arguments<PrunePolicy, std::uint32_t>(body);
      return codec::encoded(store.prune(policy, limit));
    }
    case StoreVerb::delete_completed:
      return codec::encoded(store.delete_completed(codec::decoded<UnixTime>(body)));
    default: return std::nullopt;
  }
}

/// What a guest that moves takes along.
std::optional<std::string> hand_over(StoreVerb verb, std::string_view body, AnyStore& store,
                                     Guest& guest) {
  switch (verb) {
    case StoreVerb::let_go: return codec::encoded(guest.let_go());
    case StoreVerb::adopt:
      return codec::encoded(guest.adopt(store, codec::decoded<std::vector<HeldClaim>>(body)));
    default: return std::nullopt;
  }
}

/// The published operations on one job.
std::optional<std::string> operate(StoreVerb verb, std::string_view body, AnyStore& store,
                                   AnySupervisor& host) {
  switch (verb) {
    case StoreVerb::enqueue: {
      const auto [worker, args, opts] = arguments<std::string, std::string, JobOpts>(body);
      const auto job = store.enqueue(worker, args, opts);
      host.look_again();
      return codec::encoded(job);
    }
    case StoreVerb::claim: return codec::encoded(store.claim(codec::decoded<std::string>(body)));
    case StoreVerb::complete:
      store.complete(codec::decoded<std::int64_t>(body));
      return codec::encoded();
    case StoreVerb::fail: {
      const auto [id, error] = arguments<std::int64_t, std::string>(body);
      store.fail(id, error);
      return codec::encoded();
    }
    case StoreVerb::discard: {
      const auto [id, error] = arguments<std::int64_t, std::string>(body);
      store.discard(id, error);
      return codec::encoded();
    }
    default: return std::nullopt;
  }
}

JobOpts opts_of(const NewJob& job) {
  return {.queue = job.queue,
          .priority = job.priority,
          .max_attempts = job.max_attempts,
          .scheduled_at = job.scheduled_at,
          .delay = job.delay,
          .unique_key = job.unique_key,
          .unique_strategy = job.unique_strategy,
          .timeout = job.timeout};
}

} // namespace

std::string answer_at_desk(StoreVerb verb, std::string_view body, AnyStore& store, Guest& guest,
                           AnySupervisor& host) {
  if (auto answer = read(verb, body, store, guest))
    return *std::move(answer);
  if (auto answer = intervene(verb, body, store, host))
    return *std::move(answer);
  if (auto answer = hand_over(verb, body, store, guest))
    return *std::move(answer);
  if (auto answer = operate(verb, body, store, host))
    return *std::move(answer);
  throw Error{errc::unsupported,
              "gateway: it does not know request " + std::to_string(static_cast<int>(verb))};
}

std::vector<std::pair<std::size_t, Enqueued>> refuse_bad_rows(Batch& batch, const Limits& limits) {
  std::vector<std::pair<std::size_t, Enqueued>> refused;
  std::vector<NewJob> good;
  for (std::size_t i = 0; i < batch.enqueues.size(); ++i) {
    auto& job = batch.enqueues[i];
    try {
      (void)make_new_job(job.worker, job.args, opts_of(job), limits);
      if (job.tick)
        check_name("cron entry", job.tick->entry, limits.name_bytes_max);
      good.push_back(std::move(job));
    } catch (const Error& error) {
      refused.emplace_back(i, Enqueued{.failed = error.code(), .error = error.what()});
    }
  }
  batch.enqueues = std::move(good);
  for (const auto& request : batch.claims)
    check_name("queue", request.queue, limits.name_bytes_max);
  return refused;
}

void say_good_bye(std::string_view body, Guest& guest) {
  if (!body.empty())
    guest.moved(codec::decoded<std::vector<Claim>>(body));
}

void add_refused(BatchResult& result, std::vector<std::pair<std::size_t, Enqueued>> refused) {
  for (auto& [place, answer] : refused)
    result.enqueued.insert(result.enqueued.begin() + static_cast<std::ptrdiff_t>(place),
                           std::move(answer));
}

} // namespace zzz_jobs::node
