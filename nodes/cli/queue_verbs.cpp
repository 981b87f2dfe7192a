#include <zzz_jobs/nodes/cli/verb.hpp>

#include <zzz_jobs/nodes/cli/context.hpp>
#include <zzz_jobs/nodes/cli/fields.hpp>
#include <zzz_jobs/nodes/cli/queue_table.hpp>
#include <zzz_jobs/nodes/cli/when.hpp>

#include <nlohmann/json.hpp>

#include <thread>

namespace zzz_jobs::node::cli {

namespace {

std::string queue_path(Context& context, const std::string& action) {
  return "/api/v1/queues/" + context.arguments().text("NAME") + "/" + action;
}

int list_queues(Context& context) {
  const auto answer = context.ask({.path = "/api/v1/queues"});
  if (context.wants_json())
    context.print_json(answer);
  else
    print_queues(context.out(), answer, context.style());
  return exit_ok;
}

/// It is done, but may not be what was meant: a pause of a misspelt queue stops nothing.
void pass_on_warning(Context& context, const nlohmann::json& answer) {
  if (const auto warning = text_at(answer, "warning"); !warning.empty() && !context.wants_json())
    context.err() << "zzz-jobs: " << printable(warning) << '\n';
}

int say_done(Context& context, const nlohmann::json& answer, const std::string& what) {
  context.tell(answer, "queue " + printable(context.arguments().text("NAME")) + ' ' + what);
  pass_on_warning(context, answer);
  return exit_ok;
}

nlohmann::json set_paused(Context& context, const std::string& action) {
  return context.ask({.method = "POST", .path = queue_path(context, action)});
}

int pause_queue(Context& context) {
  return say_done(context, set_paused(context, "pause"),
                  "paused: running jobs go on, no new ones start");
}

int resume_queue(Context& context) {
  return say_done(context, set_paused(context, "resume"), "resumed");
}

int scale_queue(Context& context) {
  const auto concurrency =
    parse_number("CONCURRENCY", context.arguments().text("CONCURRENCY"), 1, 10'000);
  const bool everywhere = context.arguments().has("--everywhere");
  const nlohmann::json body{{"concurrency", concurrency}, {"everywhere", everywhere}};
  const auto answer =
    context.ask({.method = "POST", .path = queue_path(context, "scale"), .body = body.dump()});
  return say_done(context, answer,
                  "runs " + counted(concurrency, "job") + " at once"
                    + (everywhere ? " on every node" : "") + ", until the next start");
}

/// Jobs of the queue that run, on any node.
std::int64_t running_jobs(Context& context) {
  const auto answer = context.ask({.path = "/api/v1/queues"});
  for (const auto& queue : list_at(answer, "queues"))
    if (text_at(queue, "queue") == context.arguments().text("NAME"))
      return number_at(object_at(queue, "counts"), "executing").value_or(0);
  return 0;
}

int drain_queue(Context& context) {
  const auto limit = context.arguments().duration("--timeout").value_or(std::chrono::hours{1});
  const auto end = std::chrono::steady_clock::now() + limit;
  const auto paused = set_paused(context, "pause");
  for (;;) {
    const auto running = running_jobs(context);
    if (running == 0)
      return say_done(context, paused, "drained: paused, and none of its jobs runs");
    if (std::chrono::steady_clock::now() >= end)
      throw Failure(exit_again,
                    "the queue is paused, but " + counted(running, "job") + " still running after "
                      + duration_text(limit));
    std::this_thread::sleep_for(std::chrono::milliseconds{200});
  }
}

Parameter queue_name() {
  return {.name = "NAME", .help = "the queue", .required = true};
}

} // namespace

std::vector<Verb> queue_verbs() {
  return {
    {.name = "queue list",
     .summary = "Show the queues and how many jobs they have",
     .text = "RUNNING is on the node that answers, of how many it runs at once.",
     .run = list_queues},
    {.name = "queue pause",
     .summary = "Start no more jobs of a queue, on any node",
     .parameters = {queue_name()},
     .run = pause_queue},
    {.name = "queue resume",
     .summary = "Start jobs of a queue again",
     .parameters = {queue_name()},
     .run = resume_queue},
    {.name = "queue scale",
     .summary = "Set how many jobs of a queue a node runs at once",
     .text = "Holds until the node ends; the configuration file is not changed.",
     .parameters = {queue_name(),
                    {.name = "CONCURRENCY", .help = "1 to 10,000", .required = true},
                    {.name = "--everywhere", .help = "on all nodes that this one has links to"}},
     .run = scale_queue},
    {.name = "queue drain",
     .summary = "Pause a queue and wait until none of its jobs runs",
     .parameters = {queue_name(),
                    {.name = "--timeout",
                     .value = "DURATION",
                     .help = "give up waiting (status 75); default 1h"}},
     .run = drain_queue}};
}

} // namespace zzz_jobs::node::cli
