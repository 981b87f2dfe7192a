#include <zzz_jobs/nodes/control/context.hpp>

#include <zzz_jobs/nodes/control/store_counts.hpp>

#include <nlohmann/json.hpp>

namespace zzz_jobs::node::control {
namespace {

ApiAnswer list(Context& context, const Call&) {
  return answer({{"queues", json_of(look_at_counts(context.supervisor()))}});
}

ApiAnswer set_paused(Context& context, const std::string& queue, bool paused) {
  auto& supervisor = context.supervisor();
  paused ? supervisor.pause_queue(queue) : supervisor.resume_queue(queue);
  return answer({{"queue", queue}, {"paused", paused}});
}

ApiAnswer pause(Context& context, const Call& call) {
  return set_paused(context, call.name, true);
}

ApiAnswer resume(Context& context, const Call& call) {
  return set_paused(context, call.name, false);
}

} // namespace

void add_queue_routes(std::vector<Route>& routes) {
  routes.insert(routes.end(),
                {{"GET", "/api/v1/queues", list},
                 {"POST", "/api/v1/queues/*/pause", pause},
                 {"POST", "/api/v1/queues/*/resume", resume}});
}

} // namespace zzz_jobs::node::control
