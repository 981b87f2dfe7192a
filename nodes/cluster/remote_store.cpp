#include <zzz_jobs/nodes/cluster/remote_store.hpp>

#include <zzz_jobs/nodes/cluster/cluster_system.hpp>
#include <zzz_jobs/nodes/cluster/endpoint.hpp>
#include <zzz_jobs/nodes/cluster/moving_line.hpp>
#include <zzz_jobs/nodes/cluster/store_codec.hpp>
#include <zzz_jobs/nodes/cluster/store_fields.hpp>
#include <zzz_jobs/nodes/cluster/transport.hpp>

#include <utility>

namespace zzz_jobs::node {
namespace {

using namespace std::chrono_literals;
using SteadyClock = std::chrono::steady_clock;

/// For so long the time that was told last is good enough: the store's has no
/// smaller unit.
constexpr auto time_is_good = 1s;

std::vector<Endpoint> endpoints_of(const RemoteStore::Config& config) {
  std::vector<Endpoint> endpoints;
  for (const auto& gateway : config.gateways)
    endpoints.push_back(gateway.find("://") == std::string::npos
                          ? parse_endpoint("store.url", gateway)
                          : parse_gateway("store.url", gateway));
  if (endpoints.empty())
    throw Error{errc::invalid_argument, "store.url: must name a gateway"};
  return endpoints;
}

caf::actor_system& system_of(const RemoteStore::Config& config) {
  if (config.system == nullptr)
    throw Error{errc::invalid_argument, "store: a transport must come with its actor system"};
  return *config.system;
}

/// Whether anything would be different if it were done.
bool changes_something(const Batch& batch) {
  return !batch.outcomes.empty() || !batch.progress.empty() || !batch.enqueues.empty()
    || !batch.claims.empty();
}

} // namespace

struct RemoteStore::Impl {
  explicit Impl(Config with)
    : endpoints(endpoints_of(with)),
      own_system(with.transport ? nullptr : std::make_unique<ClusterSystem>()),
      transport(with.transport
                  ? with.transport
                  : std::make_shared<Transport>(own_system->system(), with.tls, with.log)),
      line(own_system ? own_system->system() : system_of(with),
           {.transport = transport,
            .gateways = endpoints,
            .name = with.name,
            .version = with.version,
            .answer_timeout = with.answer_timeout,
            .patience = with.patience,
            .log = with.log}) {
    if (!line.is_up_within(with.connect_timeout))
      throw Error{errc::unavailable,
                  "gateway: no link within " + std::to_string(with.connect_timeout.count())
                    + " ms; " + line.trouble()};
    (void)line.ask(StoreVerb::now, {}, false);
  }

  /// The verb's result, a T; for one that changes nothing.
  template <class T, class... Arguments>
  T read(StoreVerb verb, const Arguments&... arguments) {
    return codec::decoded<T>(line.ask(verb, codec::encoded(arguments...), false));
  }
  template <class T, class... Arguments>
  T change(StoreVerb verb, const Arguments&... arguments) {
    return codec::decoded<T>(line.ask(verb, codec::encoded(arguments...), true));
  }
  template <class... Arguments>
  void order(StoreVerb verb, const Arguments&... arguments) {
    (void)line.ask(verb, codec::encoded(arguments...), true);
  }

  std::vector<Endpoint> endpoints;
  std::unique_ptr<ClusterSystem> own_system;
  std::shared_ptr<Transport> transport;
  MovingLine line;
};

RemoteStore::RemoteStore(Config config) : impl_(std::make_unique<Impl>(std::move(config))) {}
RemoteStore::~RemoteStore() = default;
RemoteStore::RemoteStore(RemoteStore&&) noexcept = default;
RemoteStore& RemoteStore::operator=(RemoteStore&&) noexcept = default;

// --- the published operations ------------------------------------------------

Job RemoteStore::enqueue(std::string_view worker, std::string_view args, const JobOpts& opts) {
  return impl_->change<Job>(StoreVerb::enqueue, worker, args, opts);
}
std::optional<Job> RemoteStore::claim(std::string_view queue) {
  return impl_->change<std::optional<Job>>(StoreVerb::claim, queue);
}
void RemoteStore::complete(std::int64_t id) {
  impl_->order(StoreVerb::complete, id);
}
void RemoteStore::fail(std::int64_t id, std::string_view error) {
  impl_->order(StoreVerb::fail, id, error);
}
void RemoteStore::discard(std::int64_t id, std::string_view error) {
  impl_->order(StoreVerb::discard, id, error);
}
std::uint32_t RemoteStore::rescue_stuck(std::chrono::seconds age) {
  return impl_->change<std::uint32_t>(StoreVerb::rescue_stuck, age);
}
std::int64_t RemoteStore::count_by_state(std::string_view queue, JobState state) {
  return impl_->read<std::int64_t>(StoreVerb::count_by_state, queue, state);
}
void RemoteStore::pause(std::string_view queue) {
  impl_->order(StoreVerb::pause, queue);
}
void RemoteStore::resume_queue(std::string_view queue) {
  impl_->order(StoreVerb::resume_queue, queue);
}
bool RemoteStore::is_paused(std::string_view queue) {
  return impl_->read<bool>(StoreVerb::is_paused, queue);
}
std::uint32_t RemoteStore::delete_completed(UnixTime older_than) {
  return impl_->change<std::uint32_t>(StoreVerb::delete_completed, older_than);
}

// --- what the actors and operators use ---------------------------------------

BatchResult RemoteStore::apply(Batch& batch) {
  auto result =
    result_from(impl_->line.ask(StoreVerb::apply, batch_to_text(batch), changes_something(batch)));
  if (result.outcomes.size() != batch.outcomes.size()
      || result.outcome_states.size() != batch.outcomes.size()
      || result.enqueued.size() != batch.enqueues.size()
      || result.claimed.size() != batch.claims.size())
    throw Error{errc::in_doubt, "gateway: its answer does not belong to the batch"};
  return result;
}

std::int64_t RemoteStore::node_id() {
  return impl_->line.node_id();
}

/// Without a link it goes on as it was.
UnixTime RemoteStore::now() {
  auto told = impl_->line.told();
  if (told.age >= time_is_good && is_linked()) {
    try {
      (void)impl_->line.ask(StoreVerb::now, {}, false);
      told = impl_->line.told();
    } catch (const Error&) { // as it was, then
    }
  }
  return told.now + std::chrono::floor<std::chrono::seconds>(told.age);
}

std::optional<Job> RemoteStore::get(std::int64_t id) {
  return impl_->read<std::optional<Job>>(StoreVerb::get, id);
}
std::vector<Job> RemoteStore::list(const JobFilter& filter, const Page& page) {
  return impl_->read<std::vector<Job>>(StoreVerb::list, filter, page);
}
std::vector<QueueCount> RemoteStore::counts() {
  return impl_->read<std::vector<QueueCount>>(StoreVerb::counts);
}
std::vector<QueueSettings> RemoteStore::settings() {
  return impl_->read<std::vector<QueueSettings>>(StoreVerb::settings);
}
Change RemoteStore::retry(std::int64_t id) {
  return impl_->change<Change>(StoreVerb::retry, id);
}
Change RemoteStore::cancel(std::int64_t id) {
  return impl_->change<Change>(StoreVerb::cancel, id);
}
Change RemoteStore::remove(std::int64_t id) {
  return impl_->change<Change>(StoreVerb::remove, id);
}
std::vector<Change> RemoteStore::change_all(ChangeKind kind, const std::vector<std::int64_t>& ids) {
  return impl_->change<std::vector<Change>>(StoreVerb::change_all, kind, ids);
}
std::vector<Job> RemoteStore::get_all(const std::vector<std::int64_t>& ids) {
  return impl_->read<std::vector<Job>>(StoreVerb::get_all, ids);
}

std::vector<Claim> RemoteStore::open_claims(std::string_view queue) {
  return open_claims_of({std::string{queue}}).front();
}

std::vector<std::vector<Claim>>
RemoteStore::open_claims_of(const std::vector<std::string>& queues) {
  auto claims = impl_->read<std::vector<std::vector<Claim>>>(StoreVerb::open_claims, queues);
  if (claims.size() != queues.size())
    throw Error{errc::unavailable, "gateway: its answer does not belong to the question"};
  return claims;
}

std::vector<Job> RemoteStore::rescue_dead_owners() {
  return impl_->change<std::vector<Job>>(StoreVerb::rescue_dead_owners);
}
std::optional<UnixTime> RemoteStore::last_tick(std::string_view entry) {
  return impl_->read<std::optional<UnixTime>>(StoreVerb::last_tick, entry);
}
UnixTime RemoteStore::cron_since(std::string_view entry, UnixTime begin) {
  return impl_->change<UnixTime>(StoreVerb::cron_since, entry, begin);
}
void RemoteStore::set_cron_paused(std::string_view entry, bool paused) {
  impl_->order(StoreVerb::set_cron_paused, entry, paused);
}
bool RemoteStore::is_cron_paused(std::string_view entry) {
  return impl_->read<bool>(StoreVerb::is_cron_paused, entry);
}
std::uint32_t RemoteStore::prune(const PrunePolicy& policy, std::uint32_t limit) {
  return impl_->change<std::uint32_t>(StoreVerb::prune, policy, limit);
}

std::vector<NodeRecord> RemoteStore::nodes() {
  return impl_->read<std::vector<NodeRecord>>(StoreVerb::nodes);
}

void RemoteStore::look_again() {
  impl_->line.tell(StoreVerb::look_again);
}

void RemoteStore::on_signal(StoreSignalHandler handler) {
  impl_->line.on_signal(std::move(handler));
}
void RemoteStore::on_cancelled(std::function<void(const Claim&)> handler) {
  impl_->line.on_cancelled(std::move(handler));
}
bool RemoteStore::is_linked() const {
  return impl_->line.is_up_within(0ms);
}

} // namespace zzz_jobs::node
