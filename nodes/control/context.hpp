#pragma once

#include <zzz_jobs/nodes/control/node_api.hpp>
#include <zzz_jobs/nodes/control/router.hpp>

#include <chrono>
#include <vector>

namespace zzz_jobs::node::control {

/// What the routes share. Any thread.
struct Context {
  const ApiSetting setting;

  [[nodiscard]] AnySupervisor& supervisor() const { return setting.supervisor; }
};

// The routes, a file a noun.
void add_job_routes(std::vector<Route>& routes);
void add_bulk_routes(std::vector<Route>& routes);
void add_queue_routes(std::vector<Route>& routes);
void add_state_routes(std::vector<Route>& routes);

} // namespace zzz_jobs::node::control
