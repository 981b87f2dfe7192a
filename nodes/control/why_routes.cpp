#include <zzz_jobs/nodes/control/why.hpp>

#include <zzz_jobs/nodes/control/job_json.hpp>

#include <nlohmann/json.hpp>

namespace zzz_jobs::node::control {
namespace {

Json json_of(const Reason& reason) {
  Json json{{"code", reason.code}, {"text", reason.text}, {"action", reason.action}};
  if (reason.count)
    json["count"] = *reason.count;
  return json;
}

ApiAnswer explain(Context& context, const Call& call) {
  const auto id = call.id();
  const auto job = context.supervisor().get(id);
  if (!job)
    throw Error(errc::job_not_found, "job " + std::to_string(id) + ": not found");
  const auto found = why(context, *job);
  auto reasons = Json::array();
  for (const auto& reason : found.reasons)
    reasons.push_back(json_of(reason));
  return answer({{"job", control::json_of(*job)},
                 {"runs", found.runs ? Json(*found.runs) : Json()},
                 {"reasons", std::move(reasons)}});
}

} // namespace

void add_why_routes(std::vector<Route>& routes) {
  routes.push_back({"GET", "/api/v1/jobs/*/why", explain});
}

} // namespace zzz_jobs::node::control
