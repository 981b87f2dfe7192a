#include <zzz_jobs/nodes/workers/check_workers.hpp>

#include <zzz_jobs/nodes/workers/program.hpp>

#include <cstddef>
#include <filesystem>
#include <string>
#include <system_error>
#include <utility>

namespace zzz_jobs::node {
namespace {

ConfigProblem problem_at(const LoadedConfig& loaded, std::string key, std::string rule) {
  const auto origin = loaded.origins.find(key);
  return {.origin = origin == loaded.origins.end() ? Origin{} : origin->second,
          .key = std::move(key),
          .rule = std::move(rule),
          .of_machine = true};
}

bool is_file(const std::filesystem::path& path) {
  std::error_code problem;
  return std::filesystem::is_regular_file(path, problem);
}

} // namespace

std::vector<ConfigProblem> problems_of_workers(const LoadedConfig& loaded) {
  std::vector<ConfigProblem> problems;
  const auto environment = own_environment();
  for (const auto& worker : loaded.config.workers) {
    try {
      (void)program_of(worker, environment);
    } catch (const SectionError& error) {
      problems.push_back(
        problem_at(loaded, "worker." + worker.name + "." + error.key(), error.rule()));
    }
  }
  for (std::size_t i = 0; i < loaded.config.plugins.size(); ++i) {
    const auto& path = loaded.config.plugins[i].path;
    if (!is_file(path))
      problems.push_back(problem_at(loaded, "plugin[" + std::to_string(i + 1) + "].path",
                                    "\"" + path.string() + "\" is not there, or no file"));
  }
  return problems;
}

} // namespace zzz_jobs::node
