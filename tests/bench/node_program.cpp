// program_version_ms, program_stripped_mb, program_idle_rss_mb
//
// The program `zzz-jobs`: the time that `zzz-jobs --version` takes from its start to its
// end, the middle one of some; the size of the file without its symbols; the resident
// memory of a node on SQLite with one queue that has nothing to do.

#include "bench/figures.hpp"
#include "bench/interleaved.hpp"
#include "bench/process_costs.hpp"
#include "bench/work.hpp"

#include <zzz_jobs/nodes/control/control_client.hpp>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

namespace zzz_jobs::bench {
namespace {

using namespace std::chrono_literals;
namespace fs = std::filesystem;

constexpr double mb = 1024.0 * 1024.0;

pid_t started(std::vector<std::string> words) {
  std::vector<char*> arguments;
  for (auto& word : words)
    arguments.push_back(word.data());
  arguments.push_back(nullptr);
  posix_spawn_file_actions_t silent{};
  posix_spawn_file_actions_init(&silent);
  for (const int stream : {STDOUT_FILENO, STDERR_FILENO})
    posix_spawn_file_actions_addopen(&silent, stream, "/dev/null", O_WRONLY, 0);
  pid_t pid = 0;
  const int error = posix_spawnp(&pid, arguments[0], &silent, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&silent);
  if (error != 0)
    throw std::runtime_error{"cannot start " + words.front()};
  return pid;
}

void run(const std::vector<std::string>& words) {
  int status = -1;
  const auto pid = started(words);
  if (waitpid(pid, &status, 0) != pid || status != 0)
    throw std::runtime_error{words.front() + " did not end well"};
}

double version_ms(const Bench& bench) {
  std::vector<double> samples;
  for (std::size_t i = 0; i < bench.effort.of(100); ++i) {
    const Stopwatch watch;
    run({ZZZ_JOBS_BENCH_PROGRAM, "--version"});
    samples.push_back(watch.seconds() * 1000);
  }
  return median(samples);
}

double stripped_mb(const Bench& bench) {
  const auto file = bench.directory / "stripped";
  run({"strip", "-o", file.string(), ZZZ_JOBS_BENCH_PROGRAM});
  return static_cast<double>(fs::file_size(file)) / mb;
}

/// A node in a folder of its own; ends with the object.
class IdleNode {
public:
  explicit IdleNode(const fs::path& folder) : folder_(folder) {
    fs::remove_all(folder_);
    fs::create_directories(folder_);
    std::ofstream{folder_ / "node.toml"} << "[store]\npath = " << (folder_ / "jobs.db")
                                         << "\n[control]\nsocket = " << (folder_ / "socket")
                                         << "\n[[queue]]\nname = \"default\"\n"
                                         << "[[worker]]\nname = \"true\"\ncommand = [\"true\"]\n";
    pid_ = started(
      {ZZZ_JOBS_BENCH_PROGRAM, "node", "run", "--config", (folder_ / "node.toml").string()});
  }
  ~IdleNode() {
    ::kill(pid_, SIGTERM);
    waitpid(pid_, nullptr, 0);
  }
  IdleNode(const IdleNode&) = delete;
  IdleNode& operator=(const IdleNode&) = delete;

  void wait_until_it_answers() const {
    for (int tries = 0; tries < 6000; ++tries, std::this_thread::sleep_for(10ms))
      try {
        const auto socket = (folder_ / "socket").string();
        if (node::ControlClient{socket}.call({.method = "GET", .path = "/api/v1/version"}).status
            == 200)
          return;
      } catch (const std::exception&) { // not yet
      }
    throw std::runtime_error{"the node does not answer"};
  }
  [[nodiscard]] double rss_mb() const { return resident_mb_of(pid_); }

private:
  fs::path folder_;
  pid_t pid_ = 0;
};

double idle_rss_mb(const Bench& bench) {
  const IdleNode node{bench.directory / "idle_node"};
  node.wait_until_it_answers();
  std::this_thread::sleep_for(2s); // two looks of the queue
  return node.rss_mb();
}

} // namespace

void measure_node_program(Bench& bench) {
  bench.figures.add({"program_version_ms", "ms",
                     repeated(bench, "zzz-jobs --version", [&] { return version_ms(bench); })});
  bench.figures.add({"program_stripped_mb", "MB", {stripped_mb(bench)}});
  bench.figures.add({"program_idle_rss_mb", "MB",
                     repeated(bench, "idle zzz-jobs node", [&] { return idle_rss_mb(bench); })});
}

} // namespace zzz_jobs::bench
