#pragma once

#include <zzz_jobs/nodes/control/node_api.hpp>
#include <zzz_jobs/nodes/control/patient.hpp>
#include <zzz_jobs/nodes/control/router.hpp>

#include <utility>
#include <vector>

namespace zzz_jobs::node::control {

/// What the routes share. Any thread.
struct Context {
  explicit Context(ApiSetting chosen)
    : setting(std::move(chosen)), store_time([&supervisor = setting.supervisor] {
        UnixTime time;
        supervisor.with_store([&](AnyStore& store) {
          (void)store.is_paused(""); // a store may know the time without asking anybody
          time = store.now();
        });
        return time;
      }) {}

  const ApiSetting setting;
  /// Whether the store answers, for who cannot wait as long as it may take.
  Patient<UnixTime> store_time;

  [[nodiscard]] AnySupervisor& supervisor() const { return setting.supervisor; }
};

/// Every route, in the order they are tried.
[[nodiscard]] std::vector<Route> all_routes();

// The routes, a file a noun.
void add_job_routes(std::vector<Route>& routes);
void add_bulk_routes(std::vector<Route>& routes);
void add_why_routes(std::vector<Route>& routes);
void add_queue_routes(std::vector<Route>& routes);
void add_node_routes(std::vector<Route>& routes);
void add_cron_routes(std::vector<Route>& routes);
void add_state_routes(std::vector<Route>& routes);
void add_health_routes(std::vector<Route>& routes);

} // namespace zzz_jobs::node::control
