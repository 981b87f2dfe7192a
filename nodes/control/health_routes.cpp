#include <zzz_jobs/nodes/control/context.hpp>

#include <zzz_jobs/nodes/control/json.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>

namespace zzz_jobs::node::control {
namespace {

/// Who watches a node asks it every few seconds and gives it about one to answer.
constexpr std::chrono::milliseconds age_max{500};
constexpr std::chrono::milliseconds patience{900};

std::string advice_for(const std::string& store) {
  if (store == "postgres")
    return "See that the server runs and can be reached from here (zzz-jobs doctor); the node goes "
           "on by itself when it answers";
  if (store == "gateway")
    return "See that a gateway of store.url runs and can be reached from here; the node goes on by "
           "itself when there is one";
  return "See what the text says of the file and its disk; the node goes on by itself";
}

HealthCheck store_check(Context& context) {
  const auto& name = context.setting.facts.store;
  const auto answer = context.store_time.ask(age_max, patience);
  HealthCheck check{.name = "store", .text = name + " answers"};
  if (!answer.value)
    check = {.name = "store", .ok = false, .text = answer.error};
  else if (const auto trouble = context.supervisor().store_trouble())
    check = {.name = "store",
             .ok = false,
             .text = "turns fail since " + std::to_string(trouble->since.count())
               + " s: " + trouble->error};
  if (!check.ok)
    check.advice = advice_for(name);
  return check;
}

std::vector<HealthCheck> checks(Context& context) {
  std::vector<HealthCheck> all{store_check(context)};
  if (context.setting.checks)
    for (auto& one : context.setting.checks())
      all.push_back(std::move(one));
  return all;
}

std::string_view status_of(const std::vector<HealthCheck>& checks) {
  const auto failed = [](const HealthCheck& check) { return !check.ok; };
  const auto failed_vital = [](const HealthCheck& check) { return !check.ok && check.vital; };
  if (std::any_of(checks.begin(), checks.end(), failed_vital))
    return "failed";
  return std::any_of(checks.begin(), checks.end(), failed) ? "degraded" : "ok";
}

ApiAnswer health(Context& context, const Call&) {
  const auto all = checks(context);
  const auto status = status_of(all);
  auto list = Json::array();
  for (const auto& check : all)
    list.push_back({{"name", check.name},
                    {"ok", check.ok},
                    {"vital", check.vital},
                    {"text", check.text},
                    {"advice", check.ok ? "" : check.advice}});
  return answer({{"status", status}, {"checks", std::move(list)}}, status == "failed" ? 503 : 200);
}

ApiAnswer doctor(Context& context, const Call&) {
  const auto& setting = context.setting;
  if (!setting.doctor)
    return refusal(404, "unsupported",
                   "store: " + (setting.facts.store.empty() ? "this one" : setting.facts.store)
                     + " has no examination; PostgreSQL has");
  auto findings = Json::array();
  for (const auto& finding : setting.doctor())
    findings.push_back({{"check", finding.check},
                        {"level", finding.level},
                        {"text", finding.text},
                        {"advice", finding.advice}});
  return answer({{"findings", std::move(findings)}});
}

} // namespace

void add_health_routes(std::vector<Route>& routes) {
  routes.insert(routes.end(),
                {{"GET", "/api/v1/health", health}, {"GET", "/api/v1/doctor", doctor}});
}

} // namespace zzz_jobs::node::control
