#include <zzz_jobs/nodes/cluster.hpp>

#include <zzz_jobs/config/errc.hpp>
#include <zzz_jobs/nodes/cluster/directory_watch.hpp>
#include <zzz_jobs/nodes/cluster/peer_hub.hpp>
#include <zzz_jobs/nodes/cluster/store_gateway.hpp>

#include <caf/all.hpp>

#include <unistd.h>

#include <algorithm>
#include <array>
#include <optional>
#include <random>
#include <set>
#include <utility>

namespace zzz_jobs::node {
namespace {

using namespace std::chrono_literals;

constexpr auto answer_limit = 1s;

std::string host_name() {
  std::array<char, 256> host{};
  return gethostname(host.data(), host.size() - 1) == 0 ? host.data() : "localhost";
}

/// Numbers that JSON readers keep exact, and above those that stores give.
std::int64_t random_instance() {
  std::random_device random;
  std::uniform_int_distribution<std::int64_t> among{std::int64_t{1} << 33,
                                                    (std::int64_t{1} << 53) - 1};
  return among(random);
}

/// What others connect to.
Endpoint advertised(const ClusterSection& section, const Endpoint& listened) {
  if (!section.advertise.empty()) {
    auto endpoint = parse_endpoint("cluster.advertise", section.advertise);
    if (endpoint.port == 0)
      endpoint.port = listened.port;
    return endpoint;
  }
  const bool is_any = listened.host == "0.0.0.0" || listened.host == "::";
  return {is_any ? host_name() : listened.host, listened.port};
}

NodeView view_of(const PeerFacts& facts) {
  return {.id = facts.id,
          .name = facts.name,
          .state = facts.stopping ? "stopping" : "running",
          .address = facts.address,
          .version = facts.version,
          .pid = facts.pid,
          .started_at = UnixTime{std::chrono::seconds{facts.started_at}},
          .gateway = facts.gateway};
}

void check_concurrency(const std::string& queue, std::uint32_t concurrency) {
  if (concurrency < 1 || concurrency > 10'000)
    throw Error{errc::invalid_argument,
                "queue \"" + queue + "\": concurrency must be 1..10000, got "
                  + std::to_string(concurrency)};
}

} // namespace

struct Cluster::Impl {
  Impl(AnySupervisor& of, ClusterSetting with)
    : supervisor(of), setting(std::move(with)), own(std::make_shared<OwnFacts>(first_facts())) {
    if (!setting.log)
      setting.log = log_nothing;
    auto fixed = gateways(); // before anything runs that would have to be ended
    if (setting.system)
      check_prepared(*setting.system);
    else
      own_system.emplace();
    if (!setting.transport)
      setting.transport = std::make_shared<Transport>(system(), setting.section.tls, setting.log);
    hub = spawn_peer_hub(system(),
                         {.supervisor = &supervisor,
                          .transport = setting.transport,
                          .own = own,
                          .fixed = std::move(fixed),
                          .stop = setting.on_stop_asked,
                          .log = setting.log});
    try {
      open();
    } catch (...) {
      end_actors();
      throw;
    }
    supervisor.on_notice(
      [to = hub](const Notice& notice) { caf::anon_send(to, HubNotice{notice}); });
    watch.emplace(
      supervisor, description(),
      [this](const auto& rows, std::int64_t own_id) { found(rows, own_id); },
      [transport = setting.transport] { transport->look_at_files(); });
  }

  ~Impl() {
    supervisor.on_notice({});
    watch.reset();
    end_actors();
  }

  [[nodiscard]] caf::actor_system& system() {
    return setting.system ? *setting.system : own_system->system();
  }

  [[nodiscard]] bool is_guest() const { return !setting.gateways.empty(); }

  [[nodiscard]] PeerFacts first_facts() const {
    PeerFacts facts{.instance = random_instance(),
                    .name = setting.name.empty() ? host_name() : setting.name,
                    .version = ZZZ_JOBS_VERSION,
                    .pid = getpid(),
                    .started_at = system_clock()->now().time_since_epoch().count(),
                    .gateway = setting.section.gateway,
                    .guest = is_guest()};
    facts.id = facts.instance;
    return facts;
  }

  [[nodiscard]] std::vector<Endpoint> gateways() const {
    std::vector<Endpoint> all;
    for (const auto& text : setting.gateways)
      all.push_back(parse_gateway("store.url", text));
    return all;
  }

  void open() {
    gatekeeper.emplace(system(), setting.transport);
    gatekeeper->add_kind("peer", peer_sessions(system(), hub, own));
    if (setting.section.gateway) {
      store_gateway.emplace(system(), supervisor);
      gatekeeper->add_kind(store_kind, store_gateway->factory());
    }
    if (setting.section.listen.empty())
      return;
    auto at = parse_endpoint("cluster.listen", setting.section.listen);
    at.port = gatekeeper->open(at);
    const auto address = to_string(advertised(setting.section, at));
    own->change([&](PeerFacts& facts) { facts.address = address; });
    setting.log(LogLevel::info,
                "cluster_listens at=" + to_string(at) + " address=" + address
                  + (setting.transport->is_secure() ? " tls=on" : " tls=off"));
  }

  [[nodiscard]] NodeDescription description() const {
    const auto facts = own->get();
    return {
      .name = facts.name, .address = facts.address, .version = facts.version, .pid = facts.pid};
  }

  /// On the directory's thread, and that of who asks for the nodes.
  void found(const std::vector<NodeRecord>& rows, std::int64_t own_id) {
    if (is_guest())
      return;
    own->change([&](PeerFacts& facts) { facts.id = own_id; });
    caf::anon_send(hub, HubRows{rows});
  }

  /// Before their system, which would wait for them.
  void end_actors() {
    gatekeeper.reset();
    store_gateway.reset();
    caf::scoped_actor self{system()};
    self->send(hub, HubEnd{});
    self->wait_for(hub);
    setting.transport.reset();
  }

  /// What the linked peers answer.
  std::vector<PeerAnswer> ask(PeerWord word) {
    const auto promise = std::make_shared<std::promise<std::vector<PeerAnswer>>>();
    auto answer = promise->get_future();
    caf::anon_send(hub, HubAsk{std::move(word), answer_limit, promise});
    // The hub answers in time by itself, unless the machine stands still.
    return answer.wait_for(10 * answer_limit) == std::future_status::ready
      ? answer.get()
      : std::vector<PeerAnswer>{};
  }

  NodeView own_view() {
    auto view = view_of(own->get());
    view.self = true;
    for (auto& queue : supervisor.queues())
      view.queues.push_back({queue.name, queue.concurrency, queue.running});
    return view;
  }

  std::vector<NodeRecord> rows() {
    try {
      return watch->look();
    } catch (const Error&) { // those that are linked are there
      return {};
    }
  }

  AnySupervisor& supervisor;
  ClusterSetting setting;
  std::shared_ptr<OwnFacts> own;
  std::optional<ClusterSystem> own_system{}; ///< outlives what follows
  caf::actor hub{};
  std::optional<Gatekeeper> gatekeeper{};
  std::optional<StoreGateway> store_gateway{};
  std::optional<DirectoryWatch> watch{};
};

Cluster::Cluster(AnySupervisor& supervisor, ClusterSetting setting)
  : impl_(std::make_unique<Impl>(supervisor, std::move(setting))) {}

Cluster::~Cluster() = default;

std::vector<NodeView> Cluster::nodes() {
  const auto rows = impl_->rows();
  std::vector<NodeView> views{impl_->own_view()};
  std::set<std::int64_t> known{views.front().id};
  for (auto& answer : impl_->ask({.kind = "load"})) {
    if (!known.insert(answer.facts.id).second)
      continue;
    auto view = view_of(answer.facts);
    view.linked = true;
    for (auto& queue : answer.queues)
      view.queues.push_back({queue.queue, queue.concurrency, queue.running});
    views.push_back(std::move(view));
  }
  for (const auto& row : rows)
    if (known.insert(row.id).second)
      views.push_back(view_of(row));
  std::sort(views.begin() + 1, views.end(),
            [](const NodeView& a, const NodeView& b) { return a.id < b.id; });
  return views;
}

bool Cluster::stop_node(std::int64_t id) {
  if (id == impl_->own->get().id) {
    if (impl_->setting.on_stop_asked)
      impl_->setting.on_stop_asked();
    return static_cast<bool>(impl_->setting.on_stop_asked);
  }
  const auto promise = std::make_shared<std::promise<bool>>();
  auto answer = promise->get_future();
  caf::anon_send(impl_->hub, HubTell{id, {.kind = "stop"}, promise});
  return answer.wait_for(10 * answer_limit) == std::future_status::ready && answer.get();
}

std::uint32_t Cluster::scale_queue(const std::string& queue, std::uint32_t concurrency) {
  check_concurrency(queue, concurrency);
  std::uint32_t count = 0;
  const auto own = impl_->supervisor.queues();
  if (std::any_of(own.begin(), own.end(), [&](const auto& one) { return one.name == queue; })) {
    impl_->supervisor.set_concurrency(queue, concurrency);
    ++count;
  }
  for (const auto& answer : impl_->ask({.kind = "scale", .queue = queue, .number = concurrency}))
    count += answer.number;
  return count;
}

void Cluster::announce_stop() {
  impl_->own->change([](PeerFacts& facts) { facts.stopping = true; });
  if (impl_->store_gateway)
    impl_->store_gateway->send_off();
}

bool Cluster::guests_idle_by(std::chrono::steady_clock::time_point deadline) const {
  return !impl_->store_gateway || impl_->store_gateway->idle_by(deadline);
}

void Cluster::hurry_stop() {
  if (impl_->store_gateway)
    impl_->store_gateway->hurry();
}

std::string Cluster::address() const {
  return impl_->own->get().address;
}

Gatekeeper& Cluster::gatekeeper() noexcept {
  return *impl_->gatekeeper;
}

const std::shared_ptr<Transport>& Cluster::transport() const noexcept {
  return impl_->setting.transport;
}

caf::actor_system& Cluster::system() noexcept {
  return impl_->system();
}

} // namespace zzz_jobs::node
