#include <zzz_jobs/nodes/control/context.hpp>

#include <zzz_jobs/nodes/control/fields.hpp>
#include <zzz_jobs/nodes/control/job_filter.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>

namespace zzz_jobs::node::control {
namespace {

/// What is done to each job that fits.
struct Action {
  std::string_view name;
  ChangeKind kind;
  bool (*is_possible)(JobState state);
};

constexpr Action actions[] = {
  {"cancel", ChangeKind::cancel, [](JobState state) { return !is_final(state); }},
  {"retry", ChangeKind::retry,
   [](JobState state) { return state != JobState::available && state != JobState::executing; }},
  {"delete", ChangeKind::remove, [](JobState state) { return state != JobState::executing; }},
};

struct BulkRequest {
  const Action* action = nullptr;
  JobFilter filter{};
  bool dry_run = false;
  std::int64_t limit = 0;
  std::int64_t after = 0;
};

const Action* action_of(Fields& fields) {
  const auto name = fields.text("action").value_or("");
  const auto* found = std::find_if(std::begin(actions), std::end(actions),
                                   [&](const Action& action) { return action.name == name; });
  if (found == std::end(actions))
    throw Error(errc::invalid_argument,
                "action: must be \"cancel\", \"retry\" or \"delete\", got " + in_quotes(name));
  return found;
}

BulkRequest read(const std::string& body) {
  const auto object = parse_json("body", body);
  Fields fields(object, "");
  BulkRequest request;
  request.action = action_of(fields);
  // Everything is a filter too, but not by accident.
  const auto* filter = fields.any("filter");
  if (filter == nullptr)
    throw Error(errc::invalid_argument, "filter: must be given; {} is every job");
  Fields inner(*filter, "filter: ");
  request.filter = filter_of(inner);
  inner.end();
  if (request.filter.state && !request.action->is_possible(*request.filter.state))
    throw Error(errc::invalid_argument,
                "filter: state: " + std::string{request.action->name}
                  + " is not possible where it is "
                  + std::string{to_string(*request.filter.state)});
  request.dry_run = fields.boolean("dry_run").value_or(false);
  request.limit = fields.integer("limit", {1, 10'000}).value_or(1000);
  request.after = fields.integer("after", {0, INT64_MAX}).value_or(0);
  fields.end();
  return request;
}

bool fits_counts(const BulkRequest& request, const QueueCount& count) {
  return request.action->is_possible(count.state)
    && (!request.filter.state || *request.filter.state == count.state)
    && (!request.filter.queue || *request.filter.queue == count.queue);
}

/// Pages of jobs that fit and can be changed, by id, from `after` on; ends where `f`
/// says so, or with the jobs. Says whether it came to the end.
template <class F>
bool for_each_job(Context& context, const BulkRequest& request, F f) {
  constexpr std::uint32_t rows_at_once = 100;
  Page page{.after_id = request.after, .limit = rows_at_once};
  while (true) {
    const auto rows = context.supervisor().list(request.filter, page);
    for (const auto& row : rows)
      if (request.action->is_possible(row.state) && !f(row.id))
        return false;
    if (rows.size() < rows_at_once)
      return true;
    page.after_id = rows.back().id;
  }
}

/// How many fit, all of them: what is asked before a change.
std::int64_t count(Context& context, const BulkRequest& request) {
  std::int64_t matched = 0;
  const bool by_counts = !request.filter.worker && !request.filter.unique_key && request.after == 0;
  if (by_counts) {
    for (const auto& one : context.supervisor().counts())
      matched += fits_counts(request, one) ? one.count : 0;
    return matched;
  }
  for_each_job(context, request, [&](std::int64_t) {
    ++matched;
    return true;
  });
  return matched;
}

/// Up to `limit` jobs. One that has meanwhile become something else counts as failed;
/// a store that is away ends it with its error.
ApiAnswer change(Context& context, const BulkRequest& request) {
  const auto limit = static_cast<std::size_t>(request.limit);
  std::vector<std::int64_t> ids;
  const bool all = for_each_job(context, request, [&](std::int64_t id) {
    if (ids.size() == limit)
      return false;
    ids.push_back(id);
    return true;
  });
  const auto changes = context.supervisor().change_all(request.action->kind, ids);
  const auto changed = std::count_if(changes.begin(), changes.end(), [](const Change& one) {
    return one.result == ChangeResult::changed;
  });
  return answer({{"matched", ids.size()},
                 {"changed", changed},
                 {"failed", static_cast<std::int64_t>(ids.size()) - changed},
                 {"next_after", all ? Json() : Json(ids.back())}});
}

ApiAnswer bulk(Context& context, const Call& call) {
  const auto request = read(call.request.body);
  if (!request.dry_run)
    return change(context, request);
  return answer(
    {{"matched", count(context, request)}, {"changed", 0}, {"failed", 0}, {"next_after", nullptr}});
}

} // namespace

void add_bulk_routes(std::vector<Route>& routes) {
  routes.push_back({"POST", "/api/v1/jobs/bulk", bulk});
}

} // namespace zzz_jobs::node::control
