#include <zzz_jobs/nodes/control/context.hpp>

#include <zzz_jobs/config/node/detail/nearest.hpp>
#include <zzz_jobs/nodes/cluster/cluster_view.hpp>
#include <zzz_jobs/nodes/control/fields.hpp>
#include <zzz_jobs/nodes/control/store_counts.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>

namespace zzz_jobs::node::control {
namespace {

ApiAnswer list(Context& context, const Call&) {
  return answer(
    {{"queues", queues_json(context.supervisor(), look_at_counts(context.supervisor()))}});
}

/// Whether the supervisor has the queue; where no node runs, as the configuration says.
bool has_queue(Context& context, const std::string& queue) {
  const auto queues = context.supervisor().queues();
  return std::any_of(queues.begin(), queues.end(),
                     [&](const QueueStatus& one) { return one.name == queue; });
}

/// The queues that jobs wait in, or that were paused before, or that this node or one
/// linked to it works.
std::vector<std::string> known_queues(Context& context) {
  std::vector<std::string> names;
  for (const auto& [name, state] : look_at_counts(context.supervisor()))
    names.push_back(name);
  if (context.setting.cluster != nullptr)
    for (const auto& node : context.setting.cluster->nodes())
      for (const auto& load : node.queues)
        names.push_back(load.queue);
  return names;
}

/// A queue may be paused before it has its first job, but more often it is a name
/// that was typed wrong. Empty: it is known.
std::string doubt_about(Context& context, const std::string& queue) {
  if (has_queue(context, queue))
    return {}; // without asking the store
  const auto known = known_queues(context);
  if (std::find(known.begin(), known.end(), queue) != known.end())
    return {};
  const auto nearest = node::detail::nearest_name(queue, known);
  return "queue " + in_quotes(queue) + " has no jobs, and no node known here works it"
    + (nearest.empty() ? "" : "; did you mean " + in_quotes(nearest) + "?");
}

ApiAnswer set_paused(Context& context, const std::string& queue, bool paused) {
  const auto doubt = doubt_about(context, queue);
  auto& supervisor = context.supervisor();
  paused ? supervisor.pause_queue(queue) : supervisor.resume_queue(queue);
  Json body{{"queue", queue}, {"paused", paused}};
  if (!doubt.empty())
    body["warning"] = doubt;
  return answer(body);
}

ApiAnswer pause(Context& context, const Call& call) {
  return set_paused(context, call.name, true);
}

ApiAnswer resume(Context& context, const Call& call) {
  return set_paused(context, call.name, false);
}

struct Scale {
  std::string queue{};
  std::uint32_t concurrency = 0;
  bool everywhere = false;
};

/// @returns on how many nodes. A verb's supervisor over the bare store executes nothing:
/// what it is told is gone in a moment.
std::uint32_t scaled_on(Context& context, const Scale& scale) {
  const auto& setting = context.setting;
  if (scale.everywhere && setting.cluster != nullptr)
    return setting.cluster->scale_queue(scale.queue, scale.concurrency);
  if (!setting.facts.runs_jobs || !has_queue(context, scale.queue))
    return 0;
  context.supervisor().set_concurrency(scale.queue, scale.concurrency);
  return 1;
}

std::string why_not_scaled(Context& context, const Scale& scale) {
  const auto text = "queue " + in_quotes(scale.queue) + ": ";
  if (!context.setting.facts.runs_jobs)
    return text + "no node was reached, and without one nobody runs it (zzz-jobs node run)";
  return text + (scale.everywhere ? "no linked node runs it" : "this node does not run it");
}

ApiAnswer scale(Context& context, const Call& call) {
  const auto body = parse_json("body", call.request.body);
  Fields fields(body, "");
  const auto wanted = fields.integer("concurrency", {1, 10'000});
  if (!wanted)
    throw Error(errc::invalid_argument, "concurrency: must be given");
  const Scale scale{.queue = call.name,
                    .concurrency = static_cast<std::uint32_t>(*wanted),
                    .everywhere = fields.boolean("everywhere").value_or(false)};
  fields.end();

  const auto nodes = scaled_on(context, scale);
  if (nodes == 0)
    return refusal(404, "not_found", why_not_scaled(context, scale));
  return answer({{"queue", scale.queue}, {"concurrency", scale.concurrency}, {"nodes", nodes}});
}

} // namespace

void add_queue_routes(std::vector<Route>& routes) {
  routes.insert(routes.end(),
                {{"GET", "/api/v1/queues", list},
                 {"POST", "/api/v1/queues/*/pause", pause},
                 {"POST", "/api/v1/queues/*/resume", resume},
                 {"POST", "/api/v1/queues/*/scale", scale}});
}

} // namespace zzz_jobs::node::control
