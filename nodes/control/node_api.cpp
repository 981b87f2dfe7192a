#include <zzz_jobs/nodes/control/node_api.hpp>

#include <zzz_jobs/nodes/control/context.hpp>
#include <zzz_jobs/nodes/control/json.hpp>

#include <utility>

namespace zzz_jobs::node {

std::vector<control::Route> control::all_routes() {
  std::vector<Route> routes;
  // "/jobs/bulk" and "/jobs/*/why" before "/jobs/*".
  for (const auto add : {add_bulk_routes, add_why_routes, add_job_routes, add_queue_routes,
                         add_node_routes, add_cron_routes, add_state_routes, add_health_routes})
    add(routes);
  return routes;
}

struct Api::Impl {
  explicit Impl(ApiSetting setting) : context(std::move(setting)) {}

  control::Context context;
  const std::vector<control::Route> routes = control::all_routes();
};

Api::Api(ApiSetting setting) : impl_(new Impl(std::move(setting))) {}

Api::~Api() = default;

ApiAnswer Api::call(const ApiRequest& request) {
  try {
    const auto bytes_max = impl_->context.setting.body_bytes_max;
    if (request.body.size() > bytes_max)
      throw Error(errc::too_large,
                  "body: must be at most " + std::to_string(bytes_max) + " bytes, got "
                    + std::to_string(request.body.size()));
    return control::route(impl_->routes, impl_->context, request);
  } catch (const Error& error) {
    return control::refusal(error);
  } catch (const std::exception& error) {
    return control::refusal(500, "internal", error.what());
  }
}

} // namespace zzz_jobs::node
