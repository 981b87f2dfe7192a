#pragma once

#include <zzz_jobs/actors/any_supervisor.hpp>
#include <zzz_jobs/stores/memory_store.hpp>
#ifdef ZZZ_JOBS_HAS_SQLITE
#include <zzz_jobs/stores/sqlite_store.hpp>
#endif
#ifdef ZZZ_JOBS_HAS_POSTGRES
#include <zzz_jobs/stores/pg_store.hpp>
#endif

#include <utility>

namespace zzz_jobs {

namespace detail {

/// Holds the store in a base class, so that it is there before the supervisor's
/// other base and outlives it.
template <Store S>
struct StoreBox {
  S store;
};

} // namespace detail

/// Queues, workers and everything that runs, over a store of type `S`: one of
/// ours or any class that models the concept Store. Stops in its destructor.
template <Store S>
class Supervisor : private detail::StoreBox<S>, public AnySupervisor {
public:
  using StoreConfig = typename S::Config;

  /// Opens the store; owns its actor system.
  Supervisor(StoreConfig store_config, SupervisorConfig config)
    : Supervisor(std::move(store_config), std::move(config), nullptr) {}

  /// Lives in the application's actor system, which must outlive it.
  Supervisor(StoreConfig store_config, SupervisorConfig config, caf::actor_system& system)
    : Supervisor(std::move(store_config), std::move(config), &system) {}

  /// The store itself. The built-in ones may be called from any thread at any
  /// time; what is enqueued or resumed there is found by the next poll.
  [[nodiscard]] S& store() noexcept { return detail::StoreBox<S>::store; }

  /// Runs `work` in a transaction on the store's own connection: changes of the
  /// application's tables and the jobs put in with `enqueue(connection, ...)`
  /// stand or fall together. Queues look for the jobs when it has committed.
  /// Meanwhile the store is busy, and this supervisor's other functions are
  /// refused to `work` (not_allowed).
  /// For stores that have transactions; see SqliteStore::transaction.
  template <class Work>
    requires requires(S& s, const Work& w) {
      s.transaction(w);
    }
  void transaction(const Work& work) {
    run_transaction([&] { store().transaction(work); });
  }

private:
  Supervisor(StoreConfig store_config, SupervisorConfig config, caf::actor_system* system)
    : detail::StoreBox<S>{S(std::move(store_config))},
      AnySupervisor(any_store(detail::StoreBox<S>::store), std::move(config), system) {}
};

using MemorySupervisor = Supervisor<MemoryStore>;
#ifdef ZZZ_JOBS_HAS_SQLITE
using SqliteSupervisor = Supervisor<SqliteStore>;
#endif
#ifdef ZZZ_JOBS_HAS_POSTGRES
using PgSupervisor = Supervisor<PgStore>;
#endif

} // namespace zzz_jobs
