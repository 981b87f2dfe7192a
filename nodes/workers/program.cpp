#include <zzz_jobs/nodes/workers/program.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <filesystem>
#include <string_view>
#include <system_error>
#include <utility>

#include <unistd.h>

namespace zzz_jobs::node {
namespace {

namespace fs = std::filesystem;
using Variables = std::vector<std::string>;

constexpr std::string_view path_without_one = "/usr/local/bin:/usr/bin:/bin";

/// Of the node alone. A program that spoke to systemd would speak for the node.
constexpr std::array nodes_own{"ZZZ_JOBS_",   "ZZZ_JOB_",    "NOTIFY_SOCKET=", "WATCHDOG_",
                               "LISTEN_PID=", "LISTEN_FDS=", "LISTEN_FDNAMES="};

[[noreturn]] void refuse(const CommandSection& section, const char* key, std::string rule) {
  throw SectionError(section.name, key, std::move(rule));
}

bool has_nul(std::string_view text) {
  return text.find('\0') != std::string_view::npos;
}

std::string_view name_of(std::string_view variable) {
  return variable.substr(0, variable.find('='));
}

void set_variable(Variables& variables, std::string_view name, std::string_view value) {
  std::erase_if(variables, [&](const auto& variable) { return name_of(variable) == name; });
  variables.push_back(std::string{name} + "=" + std::string{value});
}

std::optional<std::string_view> value_of(const Variables& variables, std::string_view name) {
  for (const auto& variable : variables)
    if (variable.size() > name.size() && name_of(variable) == name)
      return std::string_view{variable}.substr(name.size() + 1);
  return std::nullopt;
}

void check_variable(const CommandSection& section, const std::string& name,
                    const std::string& value) {
  const auto named = "name \"" + name + "\"";
  if (name.empty() || name.find('=') != std::string::npos || has_nul(name))
    refuse(section, "environment", named + " must not be empty or contain '=' or NUL");
  if (name.rfind("ZZZ_JOB_", 0) == 0)
    refuse(section, "environment",
           named + " must not begin with ZZZ_JOB_: these are the facts of the job");
  if (has_nul(value))
    refuse(section, "environment", named + ": its value must not contain NUL");
}

bool is_nodes_own(const CommandSection& section, std::string_view variable) {
  const auto& withheld = section.withheld;
  return std::any_of(nodes_own.begin(), nodes_own.end(),
                     [&](const char* own) { return variable.starts_with(own); })
    || std::find(withheld.begin(), withheld.end(), name_of(variable)) != withheld.end();
}

Variables environment_of(const CommandSection& section, const Variables& node_environment) {
  Variables variables;
  for (const auto& variable : node_environment)
    if (!is_nodes_own(section, variable))
      variables.push_back(variable);
  for (const auto& [name, value] : section.environment) {
    check_variable(section, name, value);
    set_variable(variables, name, value);
  }
  return variables;
}

std::string directory_of(const CommandSection& section) {
  if (section.directory.empty())
    return {};
  std::error_code problem;
  const auto status = fs::status(section.directory, problem);
  const auto named = "\"" + section.directory.string() + "\"";
  if (!fs::exists(status))
    refuse(section, "directory", named + " is not there");
  if (!fs::is_directory(status))
    refuse(section, "directory", named + " is not a directory");
  return fs::absolute(section.directory).string();
}

/// Why this file cannot be executed, or nothing.
std::optional<std::string> problem_of(const fs::path& file) {
  std::error_code problem;
  const auto status = fs::status(file, problem);
  if (problem && problem != std::errc::no_such_file_or_directory)
    return "cannot be looked at: " + problem.message();
  if (!fs::exists(status))
    return "is not there";
  if (!fs::is_regular_file(status))
    return "is not a file";
  if (access(file.c_str(), X_OK) != 0)
    return "is not executable by this user: " + std::generic_category().message(errno);
  return std::nullopt;
}

/// The first file of that name that can be executed, as a shell finds it.
std::optional<fs::path> found_in(std::string_view path_list, const std::string& name) {
  for (std::size_t begin = 0; begin <= path_list.size();) {
    const auto end = std::min(path_list.find(':', begin), path_list.size());
    const auto folder = path_list.substr(begin, end - begin);
    const auto file = (folder.empty() ? fs::path{"."} : fs::path{folder}) / name;
    if (!problem_of(file))
      return fs::absolute(file);
    begin = end + 1;
  }
  return std::nullopt;
}

std::string file_of(const CommandSection& section, const Program& program) {
  const auto& name = section.command.front();
  const auto named = "program \"" + name + "\"";
  if (name.find('/') == std::string::npos) {
    const auto list = value_of(program.environment, "PATH").value_or(path_without_one);
    const auto file = found_in(list, name);
    if (!file)
      refuse(section, "command",
             named + " is in none of the folders of PATH (" + std::string{list} + ")");
    return file->string();
  }
  // A relative one begins where the program will be.
  const auto file = fs::absolute(fs::path{program.directory} / name);
  if (const auto problem = problem_of(file))
    refuse(section, "command", named + " " + *problem);
  return file.string();
}

void check_command(const CommandSection& section) {
  if (section.command.empty() || section.command.front().empty())
    refuse(section, "command", "must name a program");
  if (std::any_of(section.command.begin(), section.command.end(), has_nul))
    refuse(section, "command", "must not contain NUL");
}

void check_limits(const CommandSection& section) {
  using namespace std::chrono_literals;
  const auto seconds = [](std::chrono::seconds value) {
    return std::to_string(value.count()) + " s";
  };
  if (section.stop_grace < 0s || section.stop_grace > 1h)
    refuse(section, "stop_grace", "must be 0 s to 1 h, got " + seconds(section.stop_grace));
  if (section.snooze < 0s || section.snooze > 24h * 365 * 100)
    refuse(section, "snooze", "must be 0 s to 100 years, got " + seconds(section.snooze));
  if (section.cpu_max && (*section.cpu_max < 1s || *section.cpu_max > 24h * 365))
    refuse(section, "cpu_max", "must be 1 s to 1 year, got " + seconds(*section.cpu_max));
  constexpr std::uint64_t least = 1024 * 1024;
  if (section.memory_bytes_max && *section.memory_bytes_max < least)
    refuse(section, "memory_max",
           "must be at least 1 MiB, got " + std::to_string(*section.memory_bytes_max) + " bytes");
}

} // namespace

Program program_of(const CommandSection& section, const Variables& node_environment) {
  check_command(section);
  check_limits(section);
  Program program{.arguments = section.command,
                  .environment = environment_of(section, node_environment),
                  .directory = directory_of(section),
                  .memory_bytes_max = section.memory_bytes_max,
                  .cpu_max = section.cpu_max};
  program.path = file_of(section, program);
  return program;
}

std::vector<std::string> own_environment() {
  std::vector<std::string> variables;
  for (char** variable = environ; variable != nullptr && *variable != nullptr; ++variable)
    variables.emplace_back(*variable);
  return variables;
}

} // namespace zzz_jobs::node
