#include <zzz_jobs/nodes/control/context.hpp>

#include <zzz_jobs/nodes/control/job_json.hpp>
#include <zzz_jobs/nodes/control/node_views.hpp>
#include <zzz_jobs/nodes/control/store_counts.hpp>

#include <nlohmann/json.hpp>

#include <unistd.h>

namespace zzz_jobs::node::control {
namespace {

ApiAnswer show_version(Context& context, const Call&) {
  const auto id = own_id(context);
  const auto& facts = context.setting.facts;
  return answer({{"version", version()},
                 {"name", facts.name},
                 {"node_id", id ? Json(*id) : Json()},
                 {"store", facts.store},
                 {"pid", ::getpid()},
                 {"started_at", seconds_of(facts.started_at)},
                 {"config_file", facts.config_file.empty() ? Json() : Json(facts.config_file)}});
}

Json json_of(const Stats& stats) {
  return {{"enqueued", stats.enqueued},
          {"started", stats.started},
          {"completed", stats.completed},
          {"failed", stats.failed},
          {"discarded", stats.discarded},
          {"cancelled", stats.cancelled},
          {"snoozed", stats.snoozed},
          {"rescued", stats.rescued},
          {"released", stats.released},
          {"outcomes_refused", stats.outcomes_refused},
          {"turns", stats.turns},
          {"store_failures", stats.store_failures},
          {"actors_replaced", stats.actors_replaced},
          {"events_dropped", stats.events_dropped}};
}

ApiAnswer stats(Context& context, const Call&) {
  const auto queues = look_at_counts(context.supervisor());
  auto counts = Json::object();
  for (const auto& [name, queue] : queues)
    counts[name] = counts_json(queue);
  const auto now =
    std::chrono::time_point_cast<std::chrono::seconds>(std::chrono::system_clock::now());
  return answer({{"counts", std::move(counts)},
                 {"stats", json_of(context.supervisor().stats())},
                 {"queues", queues_json(context.supervisor(), queues)},
                 {"uptime_s", (now - context.setting.facts.started_at).count()}});
}

} // namespace

void add_state_routes(std::vector<Route>& routes) {
  routes.insert(routes.end(),
                {{"GET", "/api/v1/version", show_version}, {"GET", "/api/v1/stats", stats}});
}

} // namespace zzz_jobs::node::control
