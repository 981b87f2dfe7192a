#include <zzz_jobs/nodes/cli/verb.hpp>

#include <zzz_jobs/nodes/cli/context.hpp>
#include <zzz_jobs/nodes/cli/fields.hpp>
#include <zzz_jobs/nodes/cli/queue_table.hpp>
#include <zzz_jobs/nodes/cli/table.hpp>
#include <zzz_jobs/nodes/cli/when.hpp>

#include <nlohmann/json.hpp>

namespace zzz_jobs::node::cli {

namespace {

int show_stats(Context& context) {
  const auto answer = context.ask({.path = "/api/v1/stats"});
  if (context.wants_json()) {
    context.print_json(answer);
    return exit_ok;
  }
  const auto style = context.style();
  print_queues(context.out(), answer, style);
  Table table{{"SINCE THE START OF THIS NODE", ">COUNT"}};
  for (const auto& [name, value] : object_at(answer, "stats").items())
    if (value.is_number_integer())
      table.add({printable(name), grouped(value.get<std::int64_t>())});
  context.out() << '\n';
  table.print(context.out(), style);
  if (const auto uptime = number_at(answer, "uptime_s"))
    context.out() << style.dim("up " + duration_text(std::chrono::seconds{*uptime})) << '\n';
  return exit_ok;
}

} // namespace

std::vector<Verb> stats_verbs() {
  return {{.name = "stats",
           .summary = "Show how many jobs there are and what a node has done",
           .text = "The queues are those of the store; the counts below are of one node.",
           .run = show_stats}};
}

} // namespace zzz_jobs::node::cli
