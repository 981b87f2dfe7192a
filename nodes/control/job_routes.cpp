#include <zzz_jobs/nodes/control/context.hpp>

#include <zzz_jobs/nodes/control/enqueue_body.hpp>
#include <zzz_jobs/nodes/control/fields.hpp>
#include <zzz_jobs/nodes/control/job_filter.hpp>
#include <zzz_jobs/nodes/control/job_json.hpp>

#include <zzz_jobs/stores/new_job.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <utility>

namespace zzz_jobs::node::control {
namespace {

// --- putting jobs in --------------------------------------------------------------

/// The error of one of several jobs says which: the supervisor's does not.
[[noreturn]] void name_the_job(const Context& context, const std::vector<JobRequest>& jobs) {
  for (std::size_t i = 0; i < jobs.size(); ++i)
    try {
      (void)make_new_job(jobs[i].worker, jobs[i].args, jobs[i].opts,
                         context.supervisor().config().limits);
    } catch (const Error& error) {
      throw Error(error.code(), "job " + std::to_string(i + 1) + ": " + error.what());
    }
  throw; // only together with its worker's options is one of them wrong
}

std::vector<Enqueued> enqueue_all(Context& context, const std::vector<JobRequest>& jobs) {
  try {
    return context.supervisor().enqueue_many(jobs);
  } catch (const Error& error) {
    if (error.code() == errc::invalid_argument || error.code() == errc::too_large)
      name_the_job(context, jobs);
    throw;
  }
}

Json enqueued_json(const Enqueued& done) {
  if (done.failed != errc{})
    return {{"id", nullptr},
            {"conflict", false},
            {"error", done.error},
            {"code", to_string(done.failed)}};
  return {{"id", done.id}, {"conflict", done.conflict}};
}

ApiAnswer enqueue(Context& context, const Call& call) {
  auto body = read_enqueue_body(call.request.body);
  if (body.one) {
    auto& job = body.jobs.front();
    const auto done = context.supervisor().enqueue(job.worker, std::move(job.args), job.opts);
    return answer({{"id", done.id}, {"state", to_string(done.state)}, {"conflict", done.conflict}},
                  done.conflict ? 200 : 201);
  }
  auto jobs = Json::array();
  for (const auto& done : enqueue_all(context, body.jobs))
    jobs.push_back(enqueued_json(done));
  return answer({{"jobs", std::move(jobs)}}, 201);
}

// --- looking ------------------------------------------------------------------------

Job found(Context& context, std::int64_t id) {
  auto job = context.supervisor().get(id);
  if (!job)
    throw Error(errc::job_not_found, "job " + std::to_string(id) + ": not found");
  return std::move(*job);
}

ApiAnswer show(Context& context, const Call& call) {
  return answer(json_of(found(context, call.id())));
}

/// An answer that has grown to this ends its page: payloads may be large.
constexpr std::size_t page_bytes_max = 8 * 1024 * 1024;
/// Rows that the store holds at a time for a page.
constexpr std::uint32_t rows_at_once = 100;

ApiAnswer list(Context& context, const Call& call) {
  QueryFields query(call.request.query);
  const auto filter = filter_of(query);
  Page page;
  page.after_id = query.integer("after", {0, INT64_MAX}).value_or(0);
  auto left = query.integer("limit", {1, 10'000}).value_or(100);
  page.newest_first = query.is_second("order", "oldest", "newest");
  query.end();

  auto jobs = Json::array();
  std::size_t bytes = 0;
  bool more = true;
  while (more && left > 0 && bytes < page_bytes_max) {
    page.limit = static_cast<std::uint32_t>(std::min<std::int64_t>(left, rows_at_once));
    const auto rows = context.supervisor().list(filter, page);
    for (const auto& row : rows) {
      bytes += row.args.size() + row.errors.size() + row.result.value_or("").size();
      jobs.push_back(json_of(row));
    }
    left -= static_cast<std::int64_t>(rows.size());
    more = rows.size() == page.limit;
    if (!rows.empty())
      page.after_id = rows.back().id;
  }
  return answer({{"jobs", std::move(jobs)}, {"next_after", more ? Json(page.after_id) : Json()}});
}

// --- intervening --------------------------------------------------------------------

/// `change` refuses what is not possible, with its own error.
ApiAnswer change(Context& context, const Call& call, void (AnySupervisor::*change)(std::int64_t)) {
  const auto id = call.id();
  const auto before = found(context, id).state;
  (context.supervisor().*change)(id);
  return answer({{"id", id}, {"was", to_string(before)}});
}

ApiAnswer cancel(Context& context, const Call& call) {
  return change(context, call, &AnySupervisor::cancel);
}

ApiAnswer retry(Context& context, const Call& call) {
  return change(context, call, &AnySupervisor::retry);
}

ApiAnswer remove(Context& context, const Call& call) {
  return change(context, call, &AnySupervisor::remove);
}

} // namespace

void add_job_routes(std::vector<Route>& routes) {
  routes.insert(routes.end(),
                {{"POST", "/api/v1/jobs", enqueue},
                 {"GET", "/api/v1/jobs", list},
                 {"POST", "/api/v1/jobs/*/cancel", cancel},
                 {"POST", "/api/v1/jobs/*/retry", retry},
                 {"GET", "/api/v1/jobs/*", show},
                 {"DELETE", "/api/v1/jobs/*", remove}});
}

} // namespace zzz_jobs::node::control
