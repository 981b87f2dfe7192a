#include <zzz_jobs/nodes/cli/verb.hpp>

#include <zzz_jobs/nodes/cli/context.hpp>
#include <zzz_jobs/nodes/cli/node_table.hpp>
#include <zzz_jobs/nodes/cli/when.hpp>

#include <nlohmann/json.hpp>

#include <limits>

namespace zzz_jobs::node::cli {

namespace {

int run_node(Context& context) {
  const auto& arguments = context.arguments();
  for (const auto* other : {"--socket", "--http", "--store-url"})
    if (arguments.has(other))
      throw Failure(exit_usage,
                    std::string{other}
                      + " is for commands that ask a node; use --set, as in --set "
                        "control.socket=PATH");
  return context.host().run_node({.config = arguments.text("--config"),
                                  .settings = arguments.all("--set"),
                                  .once = arguments.has("--once")});
}

int list_nodes(Context& context) {
  const auto answer = context.ask({.path = "/api/v1/nodes"});
  if (context.wants_json())
    context.print_json(answer);
  else
    print_nodes(context.out(), answer, context.style(), current_time());
  return exit_ok;
}

int stop_node(Context& context) {
  const auto id =
    parse_number("ID", context.arguments().text("ID"), 0, std::numeric_limits<std::int64_t>::max());
  const auto node = std::to_string(id);
  const auto answer = context.ask({.method = "POST", .path = "/api/v1/nodes/" + node + "/stop"});
  context.tell(answer, "node " + node + " was told to stop: it ends when its jobs have ended");
  return exit_ok;
}

} // namespace

std::vector<Verb> node_verbs() {
  return {
    {.name = "node run",
     .summary = "Run a node in the foreground",
     .text = "TERM and INT let running jobs end first, a second one hurries them; HUP reads the\n"
             "file again. Without a file: a store in memory and a queue \"default\".",
     .parameters = {{.name = "--once", .help = "end when no job is due"}},
     .run = run_node},
    {.name = "node list",
     .summary = "Show the nodes that share a store",
     .text = "LINK: whether the node that answers can tell it things at once; RUNNING: jobs of\n"
             "each queue, of how many at once.",
     .run = list_nodes},
    {.name = "node stop",
     .summary = "Let a node end, after its running jobs",
     .parameters = {{.name = "ID", .help = "of node list", .required = true}},
     .run = stop_node}};
}

} // namespace zzz_jobs::node::cli
