#include <zzz_jobs/nodes/cli/verb.hpp>

#include <zzz_jobs/nodes/cli/fields.hpp>
#include <zzz_jobs/nodes/cli/job_filter.hpp>
#include <zzz_jobs/nodes/cli/job_lines.hpp>
#include <zzz_jobs/nodes/cli/when.hpp>

#include <algorithm>
#include <limits>

#include <nlohmann/json.hpp>

namespace zzz_jobs::node::cli {

namespace {

constexpr std::int64_t list_max = 100'000;
constexpr std::int64_t page_max = 1'000; ///< jobs asked for at once

ApiRequest page_request(const Arguments& arguments, std::int64_t wanted,
                        std::optional<std::int64_t> after) {
  ApiRequest request{.path = "/api/v1/jobs", .query = filter_of(arguments)};
  request.query["limit"] = std::to_string(std::min(wanted, page_max));
  request.query["order"] = arguments.find("--order").value_or("newest");
  if (after)
    request.query["after"] = std::to_string(*after);
  return request;
}

/// Asks for pages until there are as many as wanted, or no more.
nlohmann::json listed(Context& context) {
  const auto& arguments = context.arguments();
  auto missing = arguments.number("--limit", 1, list_max).value_or(50);
  auto after = arguments.number("--after", 0, std::numeric_limits<std::int64_t>::max());
  nlohmann::json all{{"jobs", nlohmann::json::array()}, {"next_after", nullptr}};
  while (missing > 0) {
    const auto page = context.ask(page_request(arguments, missing, after));
    for (const auto& job : list_at(page, "jobs"))
      all["jobs"].push_back(job);
    after = number_at(page, "next_after");
    const auto count = static_cast<std::int64_t>(list_at(page, "jobs").size());
    if (!after || count == 0)
      return all;
    missing -= count;
  }
  all["next_after"] = *after;
  return all;
}

int list_jobs(Context& context) {
  const auto answer = listed(context);
  if (context.wants_json()) {
    context.print_json(answer);
    return exit_ok;
  }
  const auto style = context.style();
  const auto now = current_time();
  auto table = job_table();
  for (const auto& job : list_at(answer, "jobs"))
    add_job(table, job, style, now);
  if (table.empty())
    context.out() << "no jobs\n";
  else
    table.print(context.out(), style);
  if (const auto next = number_at(answer, "next_after"))
    context.out() << style.dim("more with --after " + std::to_string(*next)) << '\n';
  return exit_ok;
}

int show_job(Context& context) {
  const auto id = job_id(context.arguments().text("ID"));
  const auto job = context.ask({.path = job_path(id)});
  if (context.wants_json())
    context.print_json(job);
  else
    print_job(context.out(), job, context.style(), current_time());
  return exit_ok;
}

} // namespace

std::vector<Verb> job_verbs() {
  Verb list{.name = "job list",
            .summary = "Show jobs, the newest first",
            .text = "TRIES is the number of attempts used, of those the job has. NOTE is what its"
                    " state\nmakes interesting: progress, result, the last error, when it is due.",
            .run = list_jobs};
  add_filter_parameters(list.parameters);
  list.parameters.push_back(
    {.name = "--limit", .value = "N", .help = "at most so many, 1 to 100,000; default 50"});
  list.parameters.push_back(
    {.name = "--after", .value = "ID", .help = "go on after this job, as the last page said"});
  list.parameters.push_back(
    {.name = "--order", .value = "ORDER", .help = "which come first", .choices = "newest oldest"});
  Verb show{.name = "job show",
            .summary = "Show all that is known of a job",
            .parameters = {{.name = "ID", .help = "the job", .required = true}},
            .run = show_job};
  return {list, show};
}

} // namespace zzz_jobs::node::cli
