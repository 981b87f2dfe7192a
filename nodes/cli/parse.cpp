#include <zzz_jobs/nodes/cli/parse.hpp>

#include <zzz_jobs/nodes/cli/cli.hpp>
#include <zzz_jobs/nodes/cli/help.hpp>

#include <CLI/CLI.hpp>

#include <algorithm>
#include <map>
#include <sstream>

namespace zzz_jobs::node::cli {

namespace {

// CLI11 reads the words; the verbs' table says what they may be, and the help is
// ours, so that the manual page and the completion say the same.

void add_parameter(CLI::App& app, const Parameter& parameter) {
  const std::string name{parameter.name};
  if (parameter.is_flag()) {
    app.add_flag(name);
    return;
  }
  auto* option = app.add_option(name);
  const bool many = parameter.repeated && parameter.is_positional();
  if (many)
    option->expected(-1);
  if (parameter.repeated)
    option->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  // Otherwise "[1,2]", which args may be, would be taken as two values.
  option->allow_extra_args(many);
  if (parameter.required)
    option->required();
}

using Groups = std::map<std::string, CLI::App*>;

CLI::App* group_parser(CLI::App& root, Groups& groups, const std::string& name) {
  auto*& group = groups[name];
  if (group == nullptr) {
    group = root.add_subcommand(name)->fallthrough();
    // At most one: a second word is a value, though it may be named like a verb.
    group->require_subcommand(1);
  }
  return group;
}

void add_verb(CLI::App& root, Groups& groups, const Verb& verb) {
  auto* parent = &root;
  std::string name{verb.name};
  if (const std::string group{group_of(verb)}; !group.empty()) {
    parent = group_parser(root, groups, group);
    name.erase(0, group.size() + 1);
  }
  auto* app = parent->add_subcommand(name)->fallthrough();
  for (const auto& parameter : verb.parameters)
    add_parameter(*app, parameter);
}

void add_all(CLI::App& root) {
  root.require_subcommand(1);
  root.add_flag("--version");
  for (const auto& parameter : global_parameters())
    add_parameter(root, parameter);
  Groups groups;
  for (const auto& verb : verbs())
    add_verb(root, groups, verb);
}

/// The words of the verb or group that was named, and its parser.
struct Chosen {
  std::string name;
  const CLI::App* app;
};

Chosen chosen_of(const CLI::App& root) {
  Chosen chosen{"", &root};
  for (auto below = root.get_subcommands(); !below.empty(); below = chosen.app->get_subcommands()) {
    chosen.app = below.front();
    chosen.name += (chosen.name.empty() ? "" : " ") + chosen.app->get_name();
  }
  return chosen;
}

const Verb* find_verb(std::string_view name) {
  const auto found = std::ranges::find(verbs(), name, &Verb::name);
  return found == verbs().end() ? nullptr : &*found;
}

void check_choice(const Parameter& parameter, const std::string& value) {
  if (parameter.choices.empty())
    return;
  std::string listed;
  std::istringstream words{std::string{parameter.choices}};
  for (std::string word; words >> word;) {
    if (word == value)
      return;
    listed += (listed.empty() ? "" : ", ") + word;
  }
  throw Failure(exit_usage,
                std::string{parameter.name} + " must be one of " + listed + "; got \"" + value
                  + "\"");
}

void collect(const CLI::App& app, const std::vector<Parameter>& parameters, Arguments& arguments) {
  for (const auto& parameter : parameters) {
    const std::string name{parameter.name};
    const auto* option = app.get_option_no_throw(name);
    if (option == nullptr || option->count() == 0)
      continue;
    if (parameter.is_flag()) {
      arguments.add(name, "true");
      continue;
    }
    for (const auto& value : option->results()) {
      check_choice(parameter, value);
      arguments.add(name, value);
    }
  }
}

std::string hint(const std::string& name) {
  return "; see zzz-jobs " + (name.empty() ? "" : name + " ") + "--help";
}

/// CLI11's words, or better ones where a verb is not known.
Failure usage_failure(const CLI::ParseError& error, const CLI::App& root) {
  const auto chosen = chosen_of(root);
  const auto extras = root.remaining(true); // what falls through is the root's
  const bool is_group = find_verb(chosen.name) == nullptr;
  if (is_group && !extras.empty() && !extras.front().starts_with('-')) {
    const auto word = (chosen.name.empty() ? "" : chosen.name + " ") + extras.front();
    const auto near = nearest_verb(word);
    return {exit_usage,
            "there is no command \"" + word + "\""
              + (near.empty() ? hint(chosen.name) : "; is \"" + near + "\" meant?")};
  }
  if (is_group && extras.empty())
    return {exit_usage,
            (chosen.name.empty() ? "a command" : "a command after \"" + chosen.name + "\"")
              + std::string{" is missing"} + hint(chosen.name)};
  return {exit_usage, error.what() + hint(chosen.name)};
}

} // namespace

Command parse(int argc, const char* const* argv) {
  CLI::App root{"zzz-jobs", "zzz-jobs"};
  add_all(root);
  try {
    root.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    return {.text = help(chosen_of(root).name)};
  } catch (const CLI::ParseError& error) {
    if (root.count("--version") > 0)
      return {.text = "zzz-jobs " ZZZ_JOBS_VERSION "\n"};
    throw usage_failure(error, root);
  }
  if (root.count("--version") > 0)
    return {.text = "zzz-jobs " ZZZ_JOBS_VERSION "\n"};
  const auto chosen = chosen_of(root);
  Command command{.verb = find_verb(chosen.name)};
  collect(*chosen.app, command.verb->parameters, command.arguments);
  collect(root, global_parameters(), command.arguments);
  return command;
}

} // namespace zzz_jobs::node::cli
