#include <zzz_jobs/nodes/run/open_store.hpp>

#include <zzz_jobs/nodes/cluster/remote_store.hpp>
#include <zzz_jobs/nodes/run/links.hpp>

#include <utility>

namespace zzz_jobs::node {
namespace {

/// Of stores that others share: without PostgreSQL there is none.
[[maybe_unused]] HealthCheck watch_check(bool is_in_touch) {
  return {.name = "watch",
          .ok = is_in_touch,
          .vital = false,
          .text = is_in_touch ? "hears of other nodes' jobs, and its lease is renewed"
                              : "the connection that renews the lease and hears of other nodes' "
                                "jobs is lost: jobs are found by polling, and when the lease "
                                "runs out others take the running ones",
          .advice = "Nothing, if the database comes back soon: it reconnects by itself. Else see "
                    "that the server allows one more connection, and what the log says"};
}

HealthCheck gateway_check(bool is_linked) {
  return {.name = "gateway",
          .ok = is_linked,
          .vital = false,
          .text = is_linked ? "linked" : "there is no link to a gateway",
          .advice = "See that a node with cluster.gateway = true runs at one of store.url's "
                    "addresses and can be reached from here; it reconnects by itself"};
}

template <Store S>
class OpenAs final : public OpenStore {
public:
  OpenAs(typename S::Config store, SupervisorConfig config)
    : supervisor_(std::move(store), std::move(config)) {}
  [[nodiscard]] AnySupervisor& supervisor() noexcept override { return supervisor_; }
  [[nodiscard]] std::vector<HealthCheck> checks() override {
    if constexpr (requires(S & store) { store.is_in_touch(); })
      return {watch_check(supervisor_.store().is_in_touch())};
    return {};
  }

private:
  Supervisor<S> supervisor_;
};

[[noreturn]] void built_without(const char* store) {
  throw Error(errc::unsupported,
              std::string{"store.kind: this program was built without "} + store);
}

/// The handlers of jobs that are cancelled elsewhere hear so by name.
class OpenRemote final : public OpenStore {
public:
  OpenRemote(RemoteStore::Config store, SupervisorConfig config)
    : supervisor_(std::move(store), std::move(config)) {
    supervisor_.store().on_cancelled([this](const Claim& claim) {
      supervisor_.notice({.kind = Notice::Kind::cancelled, .claim = claim});
    });
  }
  ~OpenRemote() override { supervisor_.store().on_cancelled({}); }
  [[nodiscard]] AnySupervisor& supervisor() noexcept override { return supervisor_; }
  [[nodiscard]] std::vector<HealthCheck> checks() override {
    return {gateway_check(supervisor_.store().is_linked())};
  }

private:
  Supervisor<RemoteStore> supervisor_;
};

std::unique_ptr<OpenStore> open_gateway(const NodeConfig& config, SupervisorConfig supervisor,
                                        Links* links) {
  const auto& store = config.store;
  RemoteStore::Config remote{.gateways = store.gateways,
                             .name = config.name,
                             .version = ZZZ_JOBS_VERSION,
                             .tls = config.cluster.tls,
                             .connect_timeout = store.connect_timeout,
                             .answer_timeout = store.answer_timeout,
                             .log = supervisor.log};
  if (links != nullptr) {
    remote.transport = links->transport;
    remote.system = &links->system.system();
  }
  return std::make_unique<OpenRemote>(std::move(remote), std::move(supervisor));
}

} // namespace

std::unique_ptr<OpenStore> open_store(const NodeConfig& config, SupervisorConfig supervisor,
                                      Links* links) {
  const auto& store = config.store;
  switch (store.kind) {
    case StoreKind::memory:
      return std::make_unique<OpenAs<MemoryStore>>(
        MemoryStore::Config{.capacity = store.capacity, .limits = config.limits},
        std::move(supervisor));
    case StoreKind::sqlite:
#ifdef ZZZ_JOBS_HAS_SQLITE
      return std::make_unique<OpenAs<SqliteStore>>(
        SqliteStore::Config{.path = store.path,
                            .durability =
                              store.full_durability ? Durability::full : Durability::normal,
                            .busy_timeout = store.busy_timeout,
                            .limits = config.limits},
        std::move(supervisor));
#else
      built_without("SQLite");
#endif
    case StoreKind::postgres:
#ifdef ZZZ_JOBS_HAS_POSTGRES
      return std::make_unique<OpenAs<PgStore>>(
        PgStore::Config{.url = store.url.reveal(),
                        .schema = store.schema,
                        .migrate = store.migrate,
                        .pooled = store.pooled,
                        .lease = store.lease,
                        .look_interval = store.look_interval,
                        .connect_timeout = store.connect_timeout,
                        .answer_timeout = store.answer_timeout,
                        .limits = config.limits,
                        .log = supervisor.log},
        std::move(supervisor));
#else
      built_without("PostgreSQL");
#endif
    case StoreKind::gateway: return open_gateway(config, std::move(supervisor), links);
  }
  built_without("this kind of store");
}

} // namespace zzz_jobs::node
