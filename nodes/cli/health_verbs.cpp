#include <zzz_jobs/nodes/cli/verb.hpp>

#include <zzz_jobs/nodes/cli/context.hpp>
#include <zzz_jobs/nodes/cli/fields.hpp>
#include <zzz_jobs/nodes/cli/table.hpp>

#include <nlohmann/json.hpp>

namespace zzz_jobs::node::cli {

namespace {

/// A node that does not answer is not healthy.
ApiAnswer health_answer(Context& context) {
  context.ask_node_alone();
  try {
    return context.call({.path = "/api/v1/health"});
  } catch (const Error& error) {
    if (exit_code_of(error.code()) == exit_again)
      throw Failure(exit_unhealthy, error.what());
    throw;
  }
}

std::string mark_of(const nlohmann::json& check, const Style& style) {
  if (flag_at(check, "ok"))
    return style.good("ok  ");
  // A node of before did not say which are vital.
  const bool vital = !check.contains("vital") || flag_at(check, "vital");
  return vital ? style.bad("FAIL") : style.warning("warn");
}

void print_health(Context& context, const nlohmann::json& health) {
  const auto style = context.style();
  const auto status = shown_text(health, "status");
  context.out() << (status == "ok"         ? style.good(status)
                      : status == "failed" ? style.bad(status)
                                           : style.warning(status))
                << '\n';
  for (const auto& check : list_at(health, "checks")) {
    context.out() << "  " << mark_of(check, style) << "  " << shown_text(check, "name") << ": "
                  << shown_text(check, "text") << '\n';
    if (const auto advice = shown_text(check, "advice"); !advice.empty())
      context.out() << "        " << style.dim("-> " + advice) << '\n';
  }
}

int show_health(Context& context) {
  const auto answer = health_answer(context);
  const auto health = nlohmann::json::parse(answer.body, nullptr, false);
  // 503 is an answer too, if it says how things are.
  if (health.is_discarded() || text_at(health, "status").empty())
    throw failure_of(answer);
  if (context.wants_json())
    context.print_json(health);
  else
    print_health(context, health);
  return answer.status >= 400 || text_at(health, "status") == "failed" ? exit_unhealthy : exit_ok;
}

std::string level(const std::string& name, const Style& style) {
  if (name == "problem")
    return style.bad(name);
  return name == "warning" ? style.warning(name) : style.good(name);
}

int examine(Context& context) {
  const auto answer = context.ask({.path = "/api/v1/doctor"});
  int status = exit_ok;
  for (const auto& finding : list_at(answer, "findings"))
    if (text_at(finding, "level") == "problem")
      status = exit_unhealthy;
  if (context.wants_json()) {
    context.print_json(answer);
    return status;
  }
  const auto style = context.style();
  Table table{{"CHECK", "", "FOUND"}};
  for (const auto& finding : list_at(answer, "findings")) {
    table.add({shown_text(finding, "check"), level(shown_text(finding, "level"), style),
               shown_text(finding, "text")});
    if (const auto advice = shown_text(finding, "advice"); !advice.empty())
      table.add({"", "", style.dim("-> " + advice)});
  }
  table.print(context.out(), style);
  return status;
}

} // namespace

std::vector<Verb> health_verbs() {
  return {
    {.name = "health",
     .summary = "Say whether a node is well",
     .text =
       "Failed is a node that cannot work, degraded one that works with less than it should "
       "have.\nThe exit status is 0 for ok and degraded, 4 for failed and where no node answers.",
     .run = show_health},
    {.name = "doctor",
     .summary = "Examine a PostgreSQL store",
     .text = "Reads only. The exit status is 4 if there is a problem; warnings are none.",
     .run = examine}};
}

} // namespace zzz_jobs::node::cli
