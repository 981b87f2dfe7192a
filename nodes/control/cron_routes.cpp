#include <zzz_jobs/nodes/control/context.hpp>

#include <zzz_jobs/nodes/control/fields.hpp>
#include <zzz_jobs/nodes/control/job_json.hpp>

#include <nlohmann/json.hpp>

namespace zzz_jobs::node::control {
namespace {

std::string_view name_of(MissedTicks missed) {
  switch (missed) {
    case MissedTicks::skip: return "skip";
    case MissedTicks::latest: return "latest";
    case MissedTicks::all: return "all";
  }
  return "unknown";
}

UnixTime now(Context& context) {
  UnixTime time;
  context.supervisor().with_store([&](AnyStore& store) { time = store.now(); });
  return time;
}

Json json_of(const CronStatus& entry, UnixTime now) {
  const auto next = CronExpr::parse(entry.expression).next_after(now, entry.opts.zone);
  return {{"name", entry.name},
          {"expression", entry.expression},
          {"zone", entry.opts.zone},
          {"missed", name_of(entry.opts.missed)},
          {"worker", entry.job.worker},
          {"args", entry.job.args},
          {"queue", entry.job.opts.queue ? Json(*entry.job.opts.queue) : Json()},
          {"paused", entry.paused},
          {"last_tick", control::json_of(entry.last_tick)},
          {"next_tick", entry.paused ? Json() : control::json_of(next)}};
}

ApiAnswer list(Context& context, const Call&) {
  auto entries = Json::array();
  const auto time = now(context);
  for (const auto& entry : context.supervisor().crons())
    entries.push_back(json_of(entry, time));
  return answer({{"cron", std::move(entries)}});
}

ApiAnswer not_found(Context& context, const std::string& name) {
  const bool is_node = context.setting.facts.runs_jobs;
  return refusal(404, "not_found",
                 "there is no cron entry " + in_quotes(name)
                   + (is_node ? " on this node" : " in the configuration (--config FILE)"));
}

std::optional<CronStatus> find(Context& context, const std::string& name) {
  for (auto& entry : context.supervisor().crons())
    if (entry.name == name)
      return std::move(entry);
  return std::nullopt;
}

ApiAnswer preview(Context& context, const Call& call) {
  QueryFields query(call.request.query);
  const auto count = query.integer("count", {1, 1000}).value_or(5);
  query.end();
  const auto entry = find(context, call.name);
  if (!entry)
    return not_found(context, call.name);
  const auto expression = CronExpr::parse(entry->expression);
  auto ticks = Json::array();
  auto next = expression.next_after(now(context), entry->opts.zone);
  for (std::int64_t i = 0; next && i < count; ++i) {
    ticks.push_back(seconds_of(*next));
    next = expression.next_after(*next, entry->opts.zone);
  }
  return answer({{"name", entry->name}, {"zone", entry->opts.zone}, {"ticks", std::move(ticks)}});
}

ApiAnswer run(Context& context, const Call& call) {
  if (!find(context, call.name))
    return not_found(context, call.name);
  const auto job = context.supervisor().fire_cron(call.name);
  return answer({{"id", job.id}, {"state", to_string(job.state)}, {"conflict", job.conflict}},
                job.conflict ? 200 : 201);
}

ApiAnswer set_paused(Context& context, const std::string& name, bool paused) {
  if (!find(context, name))
    return not_found(context, name);
  auto& supervisor = context.supervisor();
  paused ? supervisor.pause_cron(name) : supervisor.resume_cron(name);
  return answer({{"name", name}, {"paused", paused}});
}

ApiAnswer pause(Context& context, const Call& call) {
  return set_paused(context, call.name, true);
}

ApiAnswer resume(Context& context, const Call& call) {
  return set_paused(context, call.name, false);
}

} // namespace

void add_cron_routes(std::vector<Route>& routes) {
  routes.insert(routes.end(),
                {{"GET", "/api/v1/cron", list},
                 {"GET", "/api/v1/cron/*/preview", preview},
                 {"POST", "/api/v1/cron/*/run", run},
                 {"POST", "/api/v1/cron/*/pause", pause},
                 {"POST", "/api/v1/cron/*/resume", resume}});
}

} // namespace zzz_jobs::node::control
