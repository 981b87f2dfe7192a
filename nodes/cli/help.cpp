#include <zzz_jobs/nodes/cli/help.hpp>

#include <zzz_jobs/config/node/detail/nearest.hpp>
#include <zzz_jobs/nodes/cli/verb.hpp>

#include <algorithm>

namespace zzz_jobs::node::cli {

namespace {

constexpr std::size_t column = 28; ///< where explanations begin

void add_row(std::string& text, std::string left, std::string_view right) {
  left.insert(0, "  ");
  if (left.size() + 2 > column)
    left += "\n" + std::string(column, ' ');
  else
    left.append(column - left.size(), ' ');
  text.append(left).append(right).append("\n");
}

std::string shown(const Parameter& parameter) {
  std::string text{parameter.name};
  if (!parameter.is_positional() && !parameter.value.empty())
    text.append(" ").append(parameter.value);
  return text;
}

std::string explained(const Parameter& parameter) {
  std::string text{parameter.help};
  if (!parameter.choices.empty())
    text.append(" (").append(parameter.choices).append(")");
  if (parameter.repeated && !parameter.is_positional())
    text += "; may be given several times";
  return text;
}

void add_parameters(std::string& text, std::string_view title,
                    const std::vector<Parameter>& parameters) {
  if (parameters.empty())
    return;
  text.append("\n").append(title).append(":\n");
  for (const auto& parameter : parameters)
    add_row(text, shown(parameter), explained(parameter));
}

std::string verb_help(const Verb& verb) {
  std::string text = "usage: zzz-jobs " + synopsis(verb) + "\n\n";
  text.append(verb.summary).append(".\n");
  if (!verb.text.empty())
    text.append("\n").append(verb.text).append("\n");
  add_parameters(text, "parameters", verb.parameters);
  add_parameters(text, "everywhere", global_parameters());
  return text;
}

std::string group_help(std::string_view name) {
  std::string text = "usage: zzz-jobs " + std::string{name} + " COMMAND\n\n";
  text.append(summary_of_group(name)).append(".\n\ncommands:\n");
  for (const auto& verb : verbs())
    if (group_of(verb) == name)
      add_row(text, std::string{verb.name}, verb.summary);
  return text;
}

std::string program_help() {
  std::string text = "usage: zzz-jobs COMMAND [OPTIONS]\n\n"
                     "Background jobs: run a node, and talk to running ones.\n\ncommands:\n";
  for (const auto& verb : verbs())
    add_row(text, std::string{verb.name}, verb.summary);
  add_parameters(text, "everywhere", global_parameters());
  add_row(text, "--help", "this text, or that of a command");
  add_row(text, "--version", "the version of this program");
  return text;
}

} // namespace

std::string synopsis(const Verb& verb) {
  std::string text{verb.name};
  for (const auto& parameter : verb.parameters) {
    auto one = shown(parameter);
    if (parameter.repeated)
      one += "...";
    text += parameter.required ? " " + one : " [" + one + "]";
  }
  return text;
}

std::string help(std::string_view name) {
  if (name.empty())
    return program_help();
  const auto found = std::ranges::find(verbs(), name, &Verb::name);
  return found == verbs().end() ? group_help(name) : verb_help(*found);
}

std::string nearest_verb(std::string_view name) {
  std::vector<std::string> names;
  for (const auto& verb : verbs())
    names.emplace_back(verb.name);
  return detail::nearest_name(name, names);
}

} // namespace zzz_jobs::node::cli
