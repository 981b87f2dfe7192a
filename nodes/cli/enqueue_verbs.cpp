#include <zzz_jobs/nodes/cli/verb.hpp>

#include <zzz_jobs/nodes/cli/enqueue_lines.hpp>
#include <zzz_jobs/nodes/cli/enqueue_options.hpp>
#include <zzz_jobs/nodes/cli/fields.hpp>

#include <nlohmann/json.hpp>

#include <iterator>

namespace zzz_jobs::node::cli {

namespace {

std::string read_all(std::istream& in) {
  return {std::istreambuf_iterator<char>{in}, std::istreambuf_iterator<char>{}};
}

int enqueue_one(Context& context) {
  const auto& arguments = context.arguments();
  auto body = enqueue_options(arguments);
  const auto args = arguments.text("ARGS");
  body["worker"] = arguments.text("WORKER");
  body["args"] = args == "-" ? read_all(context.host().in()) : args;
  std::string text;
  try {
    text = body.dump();
  } catch (const nlohmann::json::exception&) {
    throw Failure(exit_usage, "WORKER, ARGS and the options must be UTF-8");
  }
  const auto answer =
    context.ask({.method = "POST", .path = "/api/v1/jobs", .body = std::move(text)});
  if (context.wants_json()) {
    context.print_json(answer);
    return exit_ok;
  }
  context.out() << "job " << shown_number(answer, "id") << ' ' << shown_text(answer, "state")
                << (flag_at(answer, "conflict") ? " (was there already)" : "") << '\n';
  return exit_ok;
}

int enqueue(Context& context) {
  if (context.arguments().text("WORKER") != "-")
    return enqueue_one(context);
  if (context.arguments().has("ARGS"))
    throw Failure(exit_usage, "with \"-\" jobs are read from the input: there is no ARGS");
  return enqueue_lines(context);
}

} // namespace

std::vector<Verb> enqueue_verbs() {
  Verb verb{
    .name = "enqueue",
    .summary = "Put a job in, or many from the input",
    .text =
      "ARGS is text that the worker understands, mostly JSON; \"-\" reads it from the input.\n"
      "WORKER \"-\" reads jobs, a line of JSON each, with the fields worker, args, queue,\n"
      "priority, max_attempts, scheduled_at, delay_s, unique_key, unique_strategy, timeout_s;\n"
      "options are for lines that do not say otherwise. Lines that are refused are named, the\n"
      "others are enqueued.",
    .parameters = {{.name = "WORKER", .help = "who runs it, or \"-\"", .required = true},
                   {.name = "ARGS", .help = "its payload; default: empty"}},
    .run = enqueue};
  for (const auto& parameter : enqueue_parameters())
    verb.parameters.push_back(parameter);
  return {verb};
}

} // namespace zzz_jobs::node::cli
