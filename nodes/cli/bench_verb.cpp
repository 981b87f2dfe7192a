#include <zzz_jobs/nodes/cli/verb.hpp>

#include <zzz_jobs/actors/supervisor.hpp>
#include <zzz_jobs/nodes/cli/bench_run.hpp>
#include <zzz_jobs/nodes/cli/context.hpp>
#include <zzz_jobs/nodes/cli/when.hpp>

#include <nlohmann/json.hpp>

#include <unistd.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <functional>

namespace zzz_jobs::node::cli {

namespace {

using Measure = std::function<BenchFigures(AnySupervisor&)>;

SupervisorConfig one_queue(const BenchPlan& plan, std::uint32_t concurrency) {
  return {.queues = {{.name = plan.queue, .concurrency = concurrency}}, .log = log_nothing};
}

#ifdef ZZZ_JOBS_HAS_SQLITE
/// A folder beside the caller's files that is gone with the object: the disk that is
/// measured is the one that was named.
class BenchFolder {
public:
  explicit BenchFolder(const std::string& parent)
    : path_((std::filesystem::path{parent} / "zzz-jobs-bench-XXXXXX").string()) {
    if (mkdtemp(path_.data()) == nullptr)
      throw Failure(exit_usage, "no folder can be made in \"" + parent + "\"");
  }
  ~BenchFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  BenchFolder(const BenchFolder&) = delete;
  BenchFolder& operator=(const BenchFolder&) = delete;
  [[nodiscard]] std::filesystem::path file() const {
    return std::filesystem::path{path_} / "jobs.db";
  }

private:
  std::string path_;
};
#endif

BenchFigures measured(Context& context, const SupervisorConfig& config, const Measure& measure) {
  const auto& arguments = context.arguments();
  const auto store = arguments.find("--store").value_or("memory");
#ifdef ZZZ_JOBS_HAS_SQLITE
  if (store == "sqlite") {
    const BenchFolder folder(arguments.find("--folder").value_or("."));
    SqliteSupervisor supervisor({.path = folder.file()}, config);
    return measure(supervisor);
  }
#endif
#ifdef ZZZ_JOBS_HAS_POSTGRES
  if (store == "postgres") {
    const auto target = context.target();
    if (target.store_url.empty())
      throw Failure(exit_usage, "--store postgres needs --store-url");
    PgSupervisor supervisor({.url = target.store_url,
                             .schema = target.schema.empty() ? "public" : target.schema,
                             .migrate = false,
                             .log = log_nothing},
                            config);
    return measure(supervisor);
  }
#endif
  if (store != "memory")
    throw Failure(exit_usage, "this program was built without the store " + store);
  MemorySupervisor supervisor({.capacity = 1'000'000}, config);
  return measure(supervisor);
}

nlohmann::json json_of(const BenchFigures& figures) {
  const auto delays = [](const Delays& d) {
    return nlohmann::json{{"p50_ms", d.p50_ms}, {"p99_ms", d.p99_ms}};
  };
  return {{"enqueued_per_s", figures.enqueued_per_s},
          {"drained_per_s", figures.drained_per_s},
          {"enqueue", delays(figures.enqueue)},
          {"start", delays(figures.start)}};
}

std::string shown(const Delays& delays) {
  std::array<char, 96> text{};
  std::snprintf(text.data(), text.size(), "%.3f ms (half of them), %.3f ms (all but 1 in 100)",
                delays.p50_ms, delays.p99_ms);
  return text.data();
}

void print(Context& context, const BenchFigures& figures) {
  const auto rate = [](double figure) { return grouped(static_cast<std::int64_t>(figure)) + "/s"; };
  context.out() << "enqueued    " << rate(figures.enqueued_per_s) << " in calls of 1,000\n"
                << "drained     " << rate(figures.drained_per_s) << " no-op jobs\n"
                << "an enqueue  " << shown(figures.enqueue) << '\n'
                << "a start     " << shown(figures.start) << " after its enqueue\n";
}

int bench(Context& context) {
  const auto& arguments = context.arguments();
  const BenchPlan plan{
    .queue = "zzz-jobs-bench-" + std::to_string(getpid()),
    .jobs = static_cast<std::size_t>(arguments.number("--jobs", 1, 900'000).value_or(20'000)),
    .samples = static_cast<std::size_t>(arguments.number("--samples", 1, 10'000).value_or(200))};
  const auto concurrency =
    static_cast<std::uint32_t>(arguments.number("--concurrency", 1, 10'000).value_or(10));
  const auto figures =
    measured(context, one_queue(plan, concurrency),
             [&](AnySupervisor& supervisor) { return run_bench(supervisor, plan); });
  if (context.wants_json())
    context.print_json(json_of(figures));
  else
    print(context, figures);
  return exit_ok;
}

} // namespace

std::vector<Verb> bench_verbs() {
  return {{.name = "bench",
           .summary = "Measure what a store does on this machine",
           .text = "Runs in this process, beside nodes. On PostgreSQL the tables must be there; the"
                   " jobs are\nin a queue of their own and gone in the end, but for those of an"
                   " interrupted run.",
           .parameters = {{.name = "--store",
                           .value = "KIND",
                           .help = "default memory",
                           .choices = "memory sqlite postgres"},
                          {.name = "--folder",
                           .value = "PATH",
                           .help = "sqlite: whose disk is measured; default the current one"},
                          {.name = "--jobs", .value = "N", .help = "1 to 900,000; default 20,000"},
                          {.name = "--samples",
                           .value = "N",
                           .help = "of single jobs, 1 to 10,000; default 200"},
                          {.name = "--concurrency",
                           .value = "N",
                           .help = "handlers at once, 1 to 10,000; default 10"}},
           .run = bench}};
}

} // namespace zzz_jobs::node::cli
