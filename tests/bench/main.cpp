#include "bench/bench.hpp"
#include "bench/machine.hpp"
#include "bench/options.hpp"
#ifdef ZZZ_JOBS_HAS_POSTGRES
#include "bench/pg_database.hpp"
#include "bench/pg_process.hpp"
#endif
#ifdef ZZZ_JOBS_HAS_SQLITE
#include "bench/sqlite_idle.hpp"
#endif

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <exception>
#include <stdexcept>
#include <string>
#include <vector>

namespace zzz_jobs::bench {
namespace {

struct Part {
  std::string name{};
  void (*measure)(Bench&) = nullptr;
};

struct Group {
  std::string name{};
  std::vector<Part> parts{};
  std::string missing{}; ///< why it cannot be measured here; empty where it can
};

std::vector<Group> all_groups() {
  return {
    {"memory",
     {{"lifecycle", measure_lifecycle},
      {"latency", measure_latency},
      {"sleepers", measure_sleepers}}},
#ifdef ZZZ_JOBS_HAS_SQLITE
    {"sqlite",
     {{"throughput", measure_sqlite_throughput},
      {"threads", measure_sqlite_threads},
      {"latency", measure_sqlite_latency},
      {"backlog", measure_sqlite_backlog},
      {"idle", measure_sqlite_idle}}},
#endif
#ifdef ZZZ_JOBS_HAS_POSTGRES
    {"postgres",
     {
       {"throughput", measure_pg_throughput},
       {"threads", measure_pg_threads},
       {"processes", measure_pg_processes},
       {"latency", measure_pg_latency},
       {"scale", measure_pg_scale},
       {"idle", measure_pg_idle},
       {"trigger", measure_pg_trigger},
#ifdef ZZZ_JOBS_BENCH_NODES
       {"cluster", measure_cluster_latency},
       {"kill", measure_cluster_kill},
#endif
     },
     why_no_postgres()},
#endif
#ifdef ZZZ_JOBS_BENCH_NODES
    {"nodes", {{"command_worker", measure_command_worker}, {"program", measure_node_program}}},
#ifdef ZZZ_JOBS_HAS_POSTGRES
    {"gateway", {{"drain", measure_gateway_drain}}, why_no_postgres()},
#endif
#endif
  };
}

/// GROUP is all of it, GROUP.PART that part alone.
Group chosen(const std::string& choice) {
  const auto dot = choice.find('.');
  const auto name = choice.substr(0, dot);
  auto groups = all_groups();
  const auto group =
    std::find_if(groups.begin(), groups.end(), [&](const Group& one) { return one.name == name; });
  if (group == groups.end())
    throw std::invalid_argument{"there is no group " + name};
  if (!group->missing.empty())
    throw std::invalid_argument{name + ": " + group->missing};
  if (dot != std::string::npos)
    std::erase_if(group->parts,
                  [&](const Part& part) { return part.name != choice.substr(dot + 1); });
  if (group->parts.empty())
    throw std::invalid_argument{"there is no part " + choice};
  return *group;
}

std::vector<Group> chosen_groups(const std::vector<std::string>& choices) {
  if (choices.empty())
    return all_groups();
  std::vector<Group> groups;
  for (const auto& choice : choices)
    groups.push_back(chosen(choice));
  return groups;
}

/// A folder of this run alone, gone with it.
class Scratch {
public:
  explicit Scratch(const std::filesystem::path& parent)
    : path_(parent / ("zzz_jobs_bench." + std::to_string(getpid()))) {
    std::filesystem::create_directories(path_);
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  ~Scratch() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

private:
  std::filesystem::path path_;
};

void measure_group(const Group& group, Bench& bench, Machine& machine) {
  if (!group.missing.empty()) {
    tell(group.name + " is left out: " + group.missing);
    return;
  }
#ifdef ZZZ_JOBS_HAS_POSTGRES
  if (group.name == "postgres" || group.name == "gateway") {
    machine.versions["postgresql"] = describe_postgres();
    tell("PostgreSQL " + machine.versions["postgresql"]);
    if (!bench.effort.quick)
      require_durable_postgres();
  }
#endif
  for (const auto& part : group.parts)
    part.measure(bench);
}

void run(const Options& options) {
  const auto groups = chosen_groups(options.groups);
  const Scratch scratch{options.directory};
  auto machine = describe_machine();
  machine.look(scratch.path());
  tell(machine.line());
  Figures figures;
  Bench bench{{options.quick}, scratch.path(), figures};
  for (const auto& group : groups)
    measure_group(group, bench, machine);
  machine.look(scratch.path());
  tell(machine.line());
  if (options.json)
    figures.write(*options.json, machine);
}

int main_of(const std::vector<std::string>& arguments) {
#ifdef ZZZ_JOBS_HAS_SQLITE
  if (!arguments.empty() && arguments.front() == idle_node_option)
    return run_idle_node(arguments);
#endif
#ifdef ZZZ_JOBS_HAS_POSTGRES
  if (!arguments.empty() && arguments.front() == pg_node_option)
    return run_pg_node(arguments);
#endif
  Options options;
  try {
    options = parse_options(arguments);
    (void)chosen_groups(options.groups);
  } catch (const std::invalid_argument& error) {
    std::fprintf(stderr, "zzz_jobs_bench: %s\n\n%s", error.what(), usage.data());
    return 2;
  }
  if (options.help)
    std::fputs(usage.data(), stdout);
  else
    run(options);
  return 0;
}

} // namespace
} // namespace zzz_jobs::bench

int main(int argc, char** argv) {
  try {
    return zzz_jobs::bench::main_of({argv + 1, argv + argc});
  } catch (const std::exception& error) {
    std::fprintf(stderr, "zzz_jobs_bench: %s\n", error.what());
    return 1;
  }
}
