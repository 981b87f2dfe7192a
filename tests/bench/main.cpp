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

struct Group {
  std::string name{};
  std::vector<void (*)(Bench&)> parts{};
  std::string missing{}; ///< why it cannot be measured here; empty where it can
};

std::vector<Group> all_groups() {
  return {
    {"memory", {measure_lifecycle, measure_latency, measure_sleepers}},
#ifdef ZZZ_JOBS_HAS_SQLITE
    {"sqlite",
     {measure_sqlite_throughput, measure_sqlite_threads, measure_sqlite_latency,
      measure_sqlite_backlog, measure_sqlite_idle}},
#endif
#ifdef ZZZ_JOBS_HAS_POSTGRES
    {"postgres",
     {
       measure_pg_throughput,
       measure_pg_threads,
       measure_pg_processes,
       measure_pg_latency,
       measure_pg_scale,
       measure_pg_idle,
       measure_pg_trigger,
#ifdef ZZZ_JOBS_BENCH_NODES
       measure_cluster_latency,
#endif
     },
     why_no_postgres()},
#endif
#ifdef ZZZ_JOBS_BENCH_NODES
    {"nodes", {measure_command_worker}},
#ifdef ZZZ_JOBS_HAS_POSTGRES
    {"gateway", {measure_gateway_drain}, why_no_postgres()},
#endif
#endif
  };
}

std::vector<Group> chosen_groups(const std::vector<std::string>& names) {
  auto groups = all_groups();
  if (names.empty())
    return groups;
  std::vector<Group> chosen;
  for (const auto& name : names) {
    const auto found = std::find_if(groups.begin(), groups.end(),
                                    [&](const Group& group) { return group.name == name; });
    if (found == groups.end())
      throw std::invalid_argument{"there is no group " + name};
    if (!found->missing.empty())
      throw std::invalid_argument{name + ": " + found->missing};
    chosen.push_back(*found);
  }
  return chosen;
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
  for (const auto measure : group.parts)
    measure(bench);
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
