#include <zzz_jobs/nodes/cli/enqueue_options.hpp>

#include <zzz_jobs/nodes/cli/cli.hpp>

#include <nlohmann/json.hpp>

#include <limits>

namespace zzz_jobs::node::cli {

std::vector<Parameter> enqueue_parameters() {
  return {
    {.name = "--queue", .value = "NAME", .help = "default: the worker's, or \"default\""},
    {.name = "--priority", .value = "N", .help = "lower runs first; default 0"},
    {.name = "--in", .value = "DURATION", .help = "not before so much time has passed: 30s, 2h"},
    {.name = "--at", .value = "TIME", .help = "not before: \"2026-11-24 13:40\", 13:40, @UNIX"},
    {.name = "--unique", .value = "KEY", .help = "only if no live job has this key"},
    {.name = "--unique-strategy",
     .value = "HOW",
     .help = "what happens if one has",
     .choices = "ignore_new cancel_existing"},
    {.name = "--max-attempts", .value = "N", .help = "at least 1; default 20"},
    {.name = "--timeout", .value = "DURATION", .help = "of one attempt; default 5m"}};
}

nlohmann::json enqueue_options(const Arguments& arguments) {
  using Limits32 = std::numeric_limits<std::int32_t>;
  if (arguments.has("--in") && arguments.has("--at"))
    throw Failure(exit_usage, "either --in or --at: not both");
  if (arguments.has("--unique-strategy") && !arguments.has("--unique"))
    throw Failure(exit_usage, "--unique-strategy needs --unique");
  auto options = nlohmann::json::object();
  const auto put = [&](const char* key, const auto& value) {
    if (value)
      options[key] = *value;
  };
  const auto put_seconds = [&](const char* key, const auto& seconds) {
    if (seconds)
      options[key] = seconds->count();
  };
  put("queue", arguments.find("--queue"));
  put("priority", arguments.number("--priority", Limits32::min(), Limits32::max()));
  put("max_attempts", arguments.number("--max-attempts", 1, Limits32::max()));
  put("unique_key", arguments.find("--unique"));
  put("unique_strategy", arguments.find("--unique-strategy"));
  put_seconds("delay_s", arguments.duration("--in"));
  put_seconds("timeout_s", arguments.duration("--timeout"));
  if (const auto time = arguments.time("--at"))
    options["scheduled_at"] = time->time_since_epoch().count();
  return options;
}

} // namespace zzz_jobs::node::cli
