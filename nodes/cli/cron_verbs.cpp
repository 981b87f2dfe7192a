#include <zzz_jobs/nodes/cli/verb.hpp>

#include <zzz_jobs/nodes/cli/context.hpp>
#include <zzz_jobs/nodes/cli/fields.hpp>
#include <zzz_jobs/nodes/cli/table.hpp>
#include <zzz_jobs/nodes/cli/when.hpp>

#include <nlohmann/json.hpp>

namespace zzz_jobs::node::cli {

namespace {

std::string cron_path(Context& context, const std::string& action) {
  return "/api/v1/cron/" + context.arguments().text("NAME") + "/" + action;
}

void print_crons(Context& context, const nlohmann::json& answer) {
  const auto style = context.style();
  const auto now = current_time();
  Table table{{"NAME", "EXPRESSION", "ZONE", "WORKER", "MISSED", "LAST TICK", "NEXT TICK"}};
  for (const auto& cron : list_at(answer, "cron")) {
    const auto last = time_at(cron, "last_tick");
    const auto next = time_at(cron, "next_tick");
    table.add({shown_text(cron, "name"), shown_text(cron, "expression"), shown_text(cron, "zone"),
               shown_text(cron, "worker"), shown_text(cron, "missed"),
               last ? age(*last, now) : "never",
               flag_at(cron, "paused") ? style.warning("paused")
                 : next                ? time_and_age(*next, now)
                                       : ""});
  }
  if (table.empty())
    context.out() << "no cron entries\n";
  else
    table.print(context.out(), style);
}

int list_crons(Context& context) {
  const auto answer = context.ask({.path = "/api/v1/cron"});
  if (context.wants_json())
    context.print_json(answer);
  else
    print_crons(context, answer);
  return exit_ok;
}

int preview_cron(Context& context) {
  const auto count = context.arguments().number("--count", 1, 1'000).value_or(5);
  const auto answer = context.ask(
    {.path = cron_path(context, "preview"), .query = {{"count", std::to_string(count)}}});
  if (context.wants_json()) {
    context.print_json(answer);
    return exit_ok;
  }
  const auto now = current_time();
  for (const auto& tick : list_at(answer, "ticks"))
    if (tick.is_number_integer())
      context.out() << time_and_age(UnixTime{std::chrono::seconds{tick.get<std::int64_t>()}}, now)
                    << '\n';
  return exit_ok;
}

int run_cron(Context& context) {
  const auto answer = context.ask({.method = "POST", .path = cron_path(context, "run")});
  context.tell(answer, "job " + shown_number(answer, "id") + ' ' + shown_text(answer, "state"));
  return exit_ok;
}

int set_paused(Context& context, const std::string& action, const std::string& done) {
  const auto answer = context.ask({.method = "POST", .path = cron_path(context, action)});
  context.tell(answer, "cron entry " + printable(context.arguments().text("NAME")) + ' ' + done);
  return exit_ok;
}

int pause_cron(Context& context) {
  return set_paused(context, "pause", "paused: its ticks enqueue nothing");
}
int resume_cron(Context& context) {
  return set_paused(context, "resume", "resumed");
}

Parameter entry() {
  return {.name = "NAME", .help = "the entry", .required = true};
}

} // namespace

std::vector<Verb> cron_verbs() {
  return {
    {.name = "cron list", .summary = "Show the cron entries", .run = list_crons},
    {.name = "cron preview",
     .summary = "Show when an entry ticks next",
     .parameters = {entry(), {.name = "--count", .value = "N", .help = "1 to 1,000; default 5"}},
     .run = preview_cron},
    {.name = "cron run",
     .summary = "Enqueue the job of an entry now, beside its ticks",
     .parameters = {entry()},
     .run = run_cron},
    {.name = "cron pause",
     .summary = "Let an entry enqueue nothing, on any node",
     .parameters = {entry()},
     .run = pause_cron},
    {.name = "cron resume",
     .summary = "Let an entry enqueue again",
     .parameters = {entry()},
     .run = resume_cron}};
}

} // namespace zzz_jobs::node::cli
