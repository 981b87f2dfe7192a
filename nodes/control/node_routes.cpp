#include <zzz_jobs/nodes/control/node_views.hpp>

#include <zzz_jobs/nodes/control/job_json.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>

namespace zzz_jobs::node::control {
namespace {

Json json_of(const NodeView& node) {
  auto queues = Json::array();
  for (const auto& load : node.queues)
    queues.push_back(
      {{"queue", load.queue}, {"concurrency", load.concurrency}, {"running", load.running}});
  return {{"id", node.id},
          {"name", node.name},
          {"state", node.state},
          {"address", node.address},
          {"version", node.version},
          {"pid", node.pid},
          {"started_at", seconds_of(node.started_at)},
          {"self", node.self},
          {"linked", node.linked},
          {"gateway", node.gateway},
          {"queues", std::move(queues)}};
}

ApiAnswer list(Context& context, const Call&) {
  auto nodes = Json::array();
  for (const auto& node : node_views(context))
    nodes.push_back(json_of(node));
  return answer({{"nodes", std::move(nodes)}});
}

ApiAnswer stop_self(Context& context, std::int64_t id) {
  if (!context.setting.stop)
    throw Error(errc::not_allowed,
                "node " + std::to_string(id) + ": it cannot be stopped this way");
  context.setting.stop();
  return answer({{"id", id}, {"stopping", true}}, 202);
}

ApiAnswer stop(Context& context, const Call& call) {
  const auto id = call.id();
  const auto nodes = node_views(context);
  const auto node =
    std::find_if(nodes.begin(), nodes.end(), [&](const NodeView& one) { return one.id == id; });
  const auto key = "node " + std::to_string(id) + ": ";
  if (node == nodes.end())
    return refusal(404, "not_found", key + "not found");
  if (node->self)
    return stop_self(context, id);
  if (!context.setting.cluster->stop_node(id))
    throw Error(errc::unavailable, key + "there is no link to it; send SIGTERM to its process");
  return answer({{"id", id}, {"stopping", true}}, 202);
}

} // namespace

void add_node_routes(std::vector<Route>& routes) {
  routes.insert(routes.end(),
                {{"GET", "/api/v1/nodes", list}, {"POST", "/api/v1/nodes/*/stop", stop}});
}

} // namespace zzz_jobs::node::control
