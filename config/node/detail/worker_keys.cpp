// [[worker]]

#include <zzz_jobs/config/node/detail/job_keys.hpp>
#include <zzz_jobs/config/node/detail/key_makers.hpp>

#include <algorithm>
#include <set>

namespace zzz_jobs::node::detail {
namespace {

using namespace std::chrono_literals;
using std::chrono::days;

Rule read_command(const Value& value, CommandSection& worker) {
  std::vector<std::string> command;
  if (auto rule = read_texts(value, command); !rule.empty())
    return rule;
  if (command.empty() || command.front().empty())
    return "must name a program, then its arguments";
  worker.command = std::move(command);
  return {};
}

Value show_command(const CommandSection& worker) {
  List words;
  for (const auto& word : worker.command)
    words.push_back({.data = word});
  return words.empty() ? Value{} : Value{.data = words};
}

Key command_key() {
  return {.facts = {.name = "command", .type = "list of texts", .required = true},
          .read = [](const Value& value, NodeConfig& config,
                     std::size_t index) { return read_command(value, config.workers[index]); },
          .show = [](const NodeConfig& config,
                     std::size_t index) { return show_command(config.workers[index]); }};
}

bool is_variable_name(const std::string& name) {
  const auto is_letter = [](char byte) {
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || byte == '_';
  };
  return !name.empty() && is_letter(name.front()) && std::ranges::all_of(name, [&](char byte) {
    return is_letter(byte) || (byte >= '0' && byte <= '9');
  });
}

Rule read_environment(const Value& value, CommandSection& worker) {
  std::vector<std::pair<std::string, std::string>> pairs;
  if (auto rule = read_pairs(value, pairs); !rule.empty())
    return rule;
  for (const auto& [name, text] : pairs) {
    if (!is_variable_name(name))
      return "names must be letters, digits and underscores, got \"" + name + "\"";
    if (name.starts_with("ZZZ_JOB_"))
      return "names must not begin with ZZZ_JOB_, which the node sets, got \"" + name + "\"";
  }
  worker.environment = std::move(pairs);
  return {};
}

Value show_environment(const CommandSection& worker) {
  Table table;
  for (const auto& [name, text] : worker.environment)
    table.emplace_back(name, Value{.data = text});
  return table.empty() ? Value{} : Value{.data = table};
}

Key environment_key() {
  return secret(
    {.facts = {.name = "environment", .type = "table of texts"},
     .read = [](const Value& value, NodeConfig& config,
                std::size_t index) { return read_environment(value, config.workers[index]); },
     .show = [](const NodeConfig& config,
                std::size_t index) { return show_environment(config.workers[index]); }});
}

std::vector<Key> retry_keys() {
  using Kind = RetrySection::Kind;
  constexpr DurationRange range{0s, days{36'525}};
  return {
    choice_key(
      "retry", ZZZ_JOBS_AT(workers[index].retry_keys.kind),
      {{"exponential", Kind::exponential}, {"linear", Kind::linear}, {"constant", Kind::constant}}),
    with_standard(duration_key("retry_base", ZZZ_JOBS_AT(workers[index].retry_keys.base), range),
                  "by retry"),
    with_standard(duration_key("retry_max", ZZZ_JOBS_AT(workers[index].retry_keys.max), range),
                  "\"1h\""),
    with_standard(boolean_key("retry_jitter", ZZZ_JOBS_AT(workers[index].retry_keys.jitter)),
                  "true for exponential")};
}

std::vector<Key> process_keys() {
  return {
    boolean_key("delete_completed", ZZZ_JOBS_AT(workers[index].delete_completed)),
    environment_key(),
    with_standard(path_key("directory", ZZZ_JOBS_AT(workers[index].directory)), "the node's own"),
    duration_key("stop_grace", ZZZ_JOBS_AT(workers[index].stop_grace), {0s, 1h}),
    duration_key("snooze", ZZZ_JOBS_AT(workers[index].snooze), {0s, days{365}}),
    size_key("memory_max", ZZZ_JOBS_AT(workers[index].memory_bytes_max),
             {std::uint64_t{1} << 20U, std::uint64_t{1} << 50U}),
    duration_key("cpu_max", ZZZ_JOBS_AT(workers[index].cpu_max), {1s, days{365}}),
  };
}

} // namespace

Section worker_section() {
  Section section{
    .name = "worker",
    .many = true,
    .keys = {required(text_key("name", ZZZ_JOBS_AT(workers[index].name))), command_key()},
    .count = [](const NodeConfig& config) { return config.workers.size(); },
    .add = [](NodeConfig& config) { config.workers.emplace_back(); },
    .name_of = [](const NodeConfig& config,
                  std::size_t index) { return config.workers[index].name; }};
  for (auto keys : {job_keys(ZZZ_JOBS_AT(workers[index].opts)), retry_keys(), process_keys()})
    std::ranges::move(keys, std::back_inserter(section.keys));
  return section;
}

} // namespace zzz_jobs::node::detail
