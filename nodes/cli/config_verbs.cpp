#include <zzz_jobs/nodes/cli/verb.hpp>

#include <zzz_jobs/config/node/show.hpp>
#include <zzz_jobs/nodes/cli/machine_problems.hpp>
#include <zzz_jobs/nodes/cli/node_file.hpp>
#include <zzz_jobs/nodes/cli/when.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>

namespace zzz_jobs::node::cli {

namespace {

nlohmann::json json_of(const ConfigProblem& problem) {
  return {{"key", problem.key},          {"rule", problem.rule},
          {"nearest", problem.nearest},  {"origin", text_of(problem.origin)},
          {"line", problem.origin.line}, {"warning", problem.warning},
          {"text", text_of(problem)}};
}

void print_check_json(Context& context, const LoadedConfig& loaded) {
  nlohmann::json answer{{"file", loaded.config.file.string()},
                        {"valid", loaded.holds()},
                        {"problems", nlohmann::json::array()}};
  for (const auto& problem : loaded.problems)
    answer["problems"].push_back(json_of(problem));
  context.print_json(answer);
}

void print_check(Context& context, const LoadedConfig& loaded) {
  const auto style = context.style();
  const auto file = loaded.config.file.string();
  const auto name = file.empty() ? std::string{"the configuration"} : printable(file);
  for (const auto& problem : loaded.problems)
    context.out() << (problem.warning ? style.warning("warning: ") : style.bad("problem: "))
                  << printable(text_of(problem)) << '\n';
  const auto wrong = std::ranges::count(loaded.problems, false, &ConfigProblem::warning);
  if (wrong == 0)
    context.out() << name << " is fine\n";
  else
    context.out() << name << " has " << counted(wrong, "problem") << '\n';
}

/// What is missing makes warnings: the file may be meant for another machine.
void look_at_machine(LoadedConfig& loaded) {
  add_machine_problems(loaded);
  for (auto& problem : loaded.problems)
    if (problem.of_machine) {
      problem.rule += " (on this machine)";
      problem.warning = true;
    }
}

int check_config(Context& context) {
  auto loaded = loaded_config(context);
  look_at_machine(loaded);
  if (context.wants_json())
    print_check_json(context, loaded);
  else
    print_check(context, loaded);
  return loaded.holds() ? exit_ok : exit_failed;
}

int print_config(Context& context) {
  const auto loaded = loaded_config(context);
  require_valid(loaded);
  const auto text = show_config(
    loaded, {.origin = context.arguments().has("--origin"), .json = context.wants_json()});
  context.out() << text;
  if (!text.ends_with('\n'))
    context.out() << '\n';
  return exit_ok;
}

} // namespace

std::vector<Verb> config_verbs() {
  return {{.name = "config check",
           .summary = "Say everything that is wrong with a configuration",
           .text = "The exit status is 1 if anything is; warnings do not count.",
           .run = check_config},
          {.name = "config show",
           .summary = "Show the configuration as it counts, without secrets",
           .parameters = {{.name = "--origin", .help = "and who set each value"}},
           .run = print_config}};
}

} // namespace zzz_jobs::node::cli
