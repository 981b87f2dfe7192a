#include "nodes/workers/commands.hpp"
#include "nodes/workers/processes.hpp"
#include "support/catch.hpp"
#include "support/supervisors.hpp"

#include <csignal>

#include <sys/wait.h>
#include <unistd.h>

namespace zzz_jobs::node {
namespace {

using namespace std::chrono_literals;
using support::comes_to;
using support::eventually;
using support::has;

/// A supervisor with one command worker, "script", and a folder for it to write to.
struct Running {
  explicit Running(CommandSection section, SupervisorConfig config = support::quick()) {
    section.directory = folder.path();
    supervisor.emplace(MemoryStore::Config{}, std::move(config));
    supervisor->register_worker(make_command_worker(section));
    supervisor->start();
  }
  [[nodiscard]] std::filesystem::path file(const char* name) const { return folder.path() / name; }
  /// The number in the file, once it is there.
  [[nodiscard]] pid_t number(const char* name) const {
    pid_t found = 0;
    REQUIRE(eventually([&] { return (found = number_in(file(name))) != 0; }));
    return found;
  }

  support::TempFolder folder{};
  std::optional<MemorySupervisor> supervisor{};
};

/// Ends for nothing but KILL, and tells both its numbers.
constexpr const char* stubborn = "trap '' TERM; sleep 1000 & echo $! > sleeper; echo $$ > program;"
                                 " while :; do sleep 1; done";

TEST_CASE("a cancelled command gets TERM, its whole group too", "[nodes][command]") {
  Running node{shell("sleep 1000 & echo $! > sleeper; echo $$ > program; wait")};
  const auto job = node.supervisor->enqueue("script");
  const auto program = node.number("program");
  const auto sleeper = node.number("sleeper");
  CHECK(is_running(program));
  node.supervisor->cancel(job.id);
  CHECK(eventually([&] { return !is_running(program) && !is_running(sleeper); }));
  CHECK(support::state_of(*node.supervisor, job.id) == JobState::cancelled);
  // The place in the queue is free again.
  CHECK(node.supervisor->stop());
}

TEST_CASE("a suspended command hears of TERM too", "[nodes][command]") {
  auto section = shell("echo $$ > program; kill -STOP $$");
  section.stop_grace = 1h;
  Running node{std::move(section)};
  const auto job = node.supervisor->enqueue("script");
  const auto program = node.number("program");
  REQUIRE(eventually([&] { return process_state(program) == 'T'; }));
  node.supervisor->cancel(job.id);
  CHECK(eventually([&] { return !is_running(program); }));
}

TEST_CASE("a command may use TERM to clean up", "[nodes][command]") {
  Running node{shell("trap 'echo 7 > cleaned; exit 0' TERM; echo $$ > program;"
                     " while :; do sleep 0.05; done")};
  const auto job = node.supervisor->enqueue("script");
  REQUIRE(node.number("program") != 0);
  node.supervisor->cancel(job.id);
  CHECK(node.number("cleaned") == 7);
}

TEST_CASE("what a command has started may clean up though it has gone", "[nodes][command]") {
  // The shell that waits dies of TERM at once.
  Running node{shell("sh -c 'trap \"sleep 0.3; echo 7 > cleaned; exit 0\" TERM; echo $$ > inner;"
                     " while :; do sleep 0.05; done' & echo $$ > program; wait")};
  const auto job = node.supervisor->enqueue("script");
  const auto program = node.number("program");
  REQUIRE(node.number("inner") != 0);
  node.supervisor->cancel(job.id);
  CHECK(node.number("cleaned") == 7);
  CHECK_FALSE(is_running(program));
}

TEST_CASE("a command that does not end on TERM is killed with its group", "[nodes][command]") {
  auto section = shell(stubborn);
  section.stop_grace = 1s;
  Running node{std::move(section)};
  const auto job = node.supervisor->enqueue("script");
  const auto program = node.number("program");
  const auto sleeper = node.number("sleeper");
  const auto begin = std::chrono::steady_clock::now();
  node.supervisor->cancel(job.id);
  CHECK(eventually([&] { return !is_running(program) && !is_running(sleeper); }));
  CHECK(std::chrono::steady_clock::now() - begin >= 1s);
}

TEST_CASE("a command that runs out of time has failed, and is gone", "[nodes][command]") {
  auto section = shell("echo $$ > program; exec sleep 1000");
  section.opts.timeout = 1s;
  Running node{std::move(section)};
  const auto job = node.supervisor->enqueue("script");
  const auto program = node.number("program");
  CHECK(comes_to(*node.supervisor, job.id, JobState::retryable));
  CHECK(eventually([&] { return !is_running(program); }));
  CHECK_THAT(node.supervisor->get(job.id)->errors, has("time"));
}

TEST_CASE("a command that the shutdown interrupts runs again, no attempt used",
          "[nodes][command]") {
  auto config = support::quick();
  config.shutdown_timeout = 0ms;
  config.stop_grace = 20s;
  // It ends with 0, but had not done what it was to do.
  Running node{shell("trap 'exit 0' TERM; echo $$ > program; while :; do sleep 0.05; done"),
               config};
  const auto job = node.supervisor->enqueue("script");
  const auto program = node.number("program");
  CHECK(node.supervisor->stop());
  CHECK_FALSE(is_running(program));
  const auto after = node.supervisor->get(job.id);
  CHECK(after->state == JobState::available);
  CHECK(after->attempts_used() == 0);
}

TEST_CASE("a job that is to stop already starts no command", "[nodes][command]") {
  const support::TempFolder folder;
  auto section = shell("echo 1 > started");
  section.directory = folder.path();
  const auto run_after = run(section, {}, {.stop = StopReason::timeout});
  CHECK(run_after.error == "not started, the job was to stop (timeout)");
  CHECK_FALSE(std::filesystem::exists(folder.path() / "started"));
}

TEST_CASE("what a command leaves running is killed and holds nothing up", "[nodes][command]") {
  const support::TempFolder folder;
  auto section = shell("sleep 1000 & echo $! > sleeper; echo done");
  section.directory = folder.path();
  const auto done = run(section); // the sleeper has its output open
  CHECK(done.result == "done");
  const auto sleeper = number_in(folder.path() / "sleeper");
  REQUIRE(sleeper != 0);
  CHECK(eventually([&] { return !is_running(sleeper); }));
}

TEST_CASE("a process that has left the command's group holds nothing up", "[nodes][command]") {
  const support::TempFolder folder;
  // Silent, and one that writes for ever; waits until they are out of the group.
  auto section =
    shell("setsid sh -c 'echo $$ > sleeper; exec sleep 1000' & setsid sh -c 'echo $$ > writer;"
          " exec yes >&2' & until [ -s sleeper ] && [ -s writer ]; do sleep 0.05; done; echo done");
  section.directory = folder.path();
  const auto done = run(section);
  CHECK(done.result == "done");
  for (const char* name : {"sleeper", "writer"}) {
    const auto pid = number_in(folder.path() / name);
    REQUIRE(pid > 1);
    kill(pid, SIGKILL);
  }
}

TEST_CASE("a command dies with a node that is killed, its whole group too", "[nodes][command]") {
  const support::TempFolder folder;
  auto section = shell("sleep 1000 & echo $! > sleeper; echo $$ > program; wait");
  section.directory = folder.path();
  const pid_t node = fork();
  REQUIRE(node >= 0);
  if (node == 0) {
    run(section);
    _exit(0);
  }
  pid_t program = 0;
  CHECK(eventually([&] { return (program = number_in(folder.path() / "program")) != 0; }));
  kill(node, SIGKILL);
  waitpid(node, nullptr, 0);
  const auto sleeper = number_in(folder.path() / "sleeper");
  REQUIRE(sleeper != 0);
  CHECK(eventually([&] { return !is_running(program) && !is_running(sleeper); }));
}

TEST_CASE("a command beyond its processor time is killed", "[nodes][command]") {
  auto section = shell("while :; do :; done");
  section.cpu_max = 1s;
  CHECK(run(section).error == "ended by signal 24 (XCPU), its cpu_max of 1 s is used up");
  section = shell("trap '' XCPU; while :; do :; done");
  section.cpu_max = 1s;
  CHECK(run(section).error == "ended by signal 9 (KILL), its cpu_max of 1 s is used up");
}

TEST_CASE("a command gets no more memory than it may have", "[nodes][command]") {
  // dd takes one buffer of this size.
  auto section = shell("dd if=/dev/zero of=/dev/null bs=300M count=1 2>&1 && echo enough");
  CHECK_THAT(run(section).result.value_or(""), has("enough"));
  section.memory_bytes_max = 100 * 1024 * 1024;
  const auto failed = run(section);
  CHECK(failed.outcome == OutcomeKind::fail);
  CHECK(failed.error == "exit status 1");
  section = shell("ulimit -v");
  section.memory_bytes_max = 100 * 1024 * 1024;
  CHECK(run(section).result == "102400");
}

TEST_CASE("many commands at once, and none of them leaves a descriptor open", "[nodes][command]") {
  const auto open = [] {
    return std::distance(std::filesystem::directory_iterator{"/proc/self/fd"}, {});
  };
  Running node{shell("cat; echo progress 50 >&3"), support::quick(8)};
  const auto warm = node.supervisor->enqueue("script", "warm");
  REQUIRE(comes_to(*node.supervisor, warm.id, JobState::completed));
  const auto before = open();
  std::vector<std::int64_t> ids;
  for (int i = 0; i < 200; ++i)
    ids.push_back(node.supervisor->enqueue("script", std::to_string(i)).id);
  REQUIRE(eventually(
    [&] { return node.supervisor->count_by_state("default", JobState::completed) == 201; }, 120s));
  for (int i = 0; i < 200; ++i)
    CHECK(node.supervisor->get(ids[static_cast<std::size_t>(i)])->result == std::to_string(i));
  CHECK(eventually([&] { return open() == before; }));
}

} // namespace
} // namespace zzz_jobs::node
