#include <zzz_jobs/nodes/cli/completion.hpp>

#include <zzz_jobs/nodes/cli/verb.hpp>

#include <algorithm>
#include <map>
#include <set>

namespace zzz_jobs::node::cli {

namespace {

// Both scripts look at the words before the one to complete: an option that takes a
// value has its own completions, otherwise the verb's words and options are offered.

/// What an option's value may be, by the option's name; names mean the same
/// everywhere.
struct Values {
  std::map<std::string, std::string> choices{}; ///< "--state": "available ..."
  std::set<std::string> files{};
  std::set<std::string> all{}; ///< options that take a value
};

void collect(Values& values, const std::vector<Parameter>& parameters) {
  for (const auto& parameter : parameters) {
    const std::string name{parameter.name};
    if (parameter.is_positional() || parameter.is_flag())
      continue;
    values.all.insert(name);
    if (!parameter.choices.empty())
      values.choices[name] = parameter.choices;
    else if (parameter.value == "FILE" || parameter.value == "PATH")
      values.files.insert(name);
  }
}

Values all_values() {
  Values values;
  collect(values, global_parameters());
  for (const auto& verb : verbs())
    collect(values, verb.parameters);
  return values;
}

std::string alternatives(const std::set<std::string>& names) {
  std::string text;
  for (const auto& name : names)
    text += (text.empty() ? "" : "|") + name;
  return text;
}

/// A word that can be completed, and what it means.
struct Offer {
  std::string word;
  std::string meaning;
};

/// Offers by pattern: "job list", "job *", "enqueue *", in the order to be tried.
using Offers = std::vector<std::pair<std::string, std::vector<Offer>>>;

void add_options(std::vector<Offer>& offers, const std::vector<Parameter>& parameters) {
  for (const auto& parameter : parameters)
    if (!parameter.is_positional())
      offers.push_back({std::string{parameter.name}, std::string{parameter.help}});
}

std::vector<Offer> offers_of(const Verb& verb) {
  std::vector<Offer> offers;
  for (const auto& parameter : verb.parameters) {
    if (!parameter.is_positional())
      continue;
    std::string_view rest = parameter.choices;
    while (!rest.empty()) {
      const auto end = std::min(rest.find(' '), rest.size());
      offers.push_back({std::string{rest.substr(0, end)}, std::string{parameter.help}});
      rest.remove_prefix(std::min(end + 1, rest.size()));
    }
  }
  add_options(offers, verb.parameters);
  return offers;
}

/// Options that go with every verb, and with none.
std::vector<Offer> offers_everywhere() {
  std::vector<Offer> offers;
  add_options(offers, global_parameters());
  offers.push_back({"--help", "explain the program, or a command"});
  return offers;
}

Offers all_offers() {
  Offers offers;
  std::vector<Offer> first;
  std::map<std::string, std::vector<Offer>> groups;
  for (const auto& verb : verbs()) {
    const std::string group{group_of(verb)};
    if (group.empty()) {
      offers.emplace_back(std::string{verb.name} + " *", offers_of(verb));
      first.push_back({std::string{verb.name}, std::string{verb.summary}});
      continue;
    }
    offers.emplace_back(std::string{verb.name}, offers_of(verb));
    if (groups[group].empty())
      first.push_back({group, std::string{summary_of_group(group)}});
    groups[group].push_back(
      {std::string{verb.name.substr(group.size() + 1)}, std::string{verb.summary}});
  }
  for (auto& [group, words] : groups)
    offers.emplace_back(group + " *", std::move(words));
  first.push_back({"--version", "the version of the program"});
  offers.emplace_back("*", std::move(first));
  return offers;
}

/// "job *" as a pattern of a shell: "job "*.
std::string pattern(const std::string& name) {
  if (name == "*")
    return name;
  if (name.ends_with("*"))
    return "\"" + name.substr(0, name.size() - 1) + "\"*";
  return "\"" + name + "\"";
}

std::string words_of(const std::vector<Offer>& offers) {
  std::string words;
  for (const auto& offer : offers)
    words += (words.empty() ? "" : " ") + offer.word;
  return words;
}

std::string in_single_quotes(const std::string& text) {
  std::string quoted = "'";
  for (const char c : text)
    quoted += c == '\'' ? std::string{"'\\''"} : std::string(1, c);
  return quoted + "'";
}

/// An array's lines.
std::string described(const std::vector<Offer>& offers, const std::string& indent) {
  std::string text;
  for (const auto& offer : offers)
    text += indent + in_single_quotes(offer.word + ":" + offer.meaning) + "\n";
  return text;
}

} // namespace

std::string bash_completion() {
  const auto values = all_values();
  std::string script =
    "# Completion of zzz-jobs for bash.\n"
    "_zzz_jobs() {\n"
    "  local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]}\n"
    "  local named=() value='' offered='' i\n"
    "  COMPREPLY=()\n"
    "  for ((i = 1; i < COMP_CWORD; i++)); do\n"
    "    if [[ -n $value ]]; then value=''; continue; fi\n"
    "    case ${COMP_WORDS[i]} in\n"
    "      "
    + alternatives(values.all)
    + ") value=1 ;;\n"
      "      -*) ;;\n"
      "      *) named+=(\"${COMP_WORDS[i]}\") ;;\n"
      "    esac\n"
      "  done\n"
      "  if [[ -n $value ]]; then\n"
      "    case $before in\n";
  for (const auto& [name, choices] : values.choices)
    script += "      " + name + ") offered='" + choices + "' ;;\n";
  script += "      " + alternatives(values.files)
    + ") compopt -o default 2>/dev/null; return ;;\n"
      "      *) return ;;\n"
      "    esac\n"
      "  else\n"
      "    case \"${named[0]-} ${named[1]-}\" in\n";
  for (const auto& [name, offers] : all_offers()) {
    script += "      " + pattern(name) + ") offered='" + words_of(offers) + "' ;;\n";
  }
  return script + "    esac\n    offered+=' " + words_of(offers_everywhere())
    + "'\n"
      "  fi\n"
      "  mapfile -t COMPREPLY < <(compgen -W \"$offered\" -- \"$word\")\n"
      "}\n"
      "complete -F _zzz_jobs zzz-jobs\n";
}

std::string zsh_completion() {
  const auto values = all_values();
  std::string script = "#compdef zzz-jobs\n"
                       "# Completion of zzz-jobs for zsh.\n"
                       "_zzz_jobs() {\n"
                       "  local -a named offered\n"
                       "  local value= i\n"
                       "  for ((i = 2; i < CURRENT; i++)); do\n"
                       "    if [[ -n $value ]]; then value=; continue; fi\n"
                       "    case ${words[i]} in\n"
                       "      ("
    + alternatives(values.all)
    + ") value=1 ;;\n"
      "      (-*) ;;\n"
      "      (*) named+=(\"${words[i]}\") ;;\n"
      "    esac\n"
      "  done\n"
      "  if [[ -n $value ]]; then\n"
      "    case ${words[CURRENT-1]} in\n";
  for (const auto& [name, choices] : values.choices)
    script += "      (" + name + ") compadd -- " + choices + " ;;\n";
  script += "      (" + alternatives(values.files)
    + ") _files ;;\n"
      "    esac\n"
      "    return\n"
      "  fi\n"
      "  case \"${named[1]} ${named[2]}\" in\n";
  for (const auto& [name, offers] : all_offers()) {
    script += "    (" + pattern(name) + ")\n      offered=(\n" + described(offers, "        ")
      + "      ) ;;\n";
  }
  return script + "  esac\n  offered+=(\n" + described(offers_everywhere(), "    ")
    + "  )\n"
      "  _describe -V zzz-jobs offered\n"
      "}\n"
      "_zzz_jobs \"$@\"\n";
}

} // namespace zzz_jobs::node::cli
