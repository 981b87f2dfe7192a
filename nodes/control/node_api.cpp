#include <zzz_jobs/nodes/control/node_api.hpp>

#include <zzz_jobs/nodes/control/context.hpp>
#include <zzz_jobs/nodes/control/json.hpp>

#include <utility>

namespace zzz_jobs::node {

struct Api::Impl {
  explicit Impl(ApiSetting setting) : context(std::move(setting)) {}

  control::Context context;
  std::vector<control::Route> routes{};
};

Api::Api(ApiSetting setting) : impl_(new Impl(std::move(setting))) {
  // "/jobs/bulk" and "/jobs/*/why" before "/jobs/*".
  for (const auto add :
       {control::add_bulk_routes, control::add_why_routes, control::add_job_routes,
        control::add_queue_routes, control::add_node_routes, control::add_cron_routes,
        control::add_state_routes, control::add_health_routes})
    add(impl_->routes);
}

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
