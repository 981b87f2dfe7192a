// A guest's process is killed: what it ran runs elsewhere, soon.
#include "gateways.hpp"

#include "support/catch.hpp"

#include <atomic>
#include <csignal>
#include <string>

#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace zzz_jobs;
using namespace zzz_jobs::node;
using namespace zzz_jobs::node::test;
using namespace zzz_jobs::support;
using namespace std::chrono_literals;

namespace {

class GuestProcess {
public:
  explicit GuestProcess(const std::string& url) {
    std::string program = ZZZ_JOBS_GATEWAY_GUEST;
    std::string argument = url;
    char* arguments[] = {program.data(), argument.data(), nullptr};
    REQUIRE(posix_spawn(&pid_, program.c_str(), nullptr, nullptr, arguments, environ) == 0);
  }
  ~GuestProcess() { end(SIGKILL); }
  GuestProcess(const GuestProcess&) = delete;
  GuestProcess& operator=(const GuestProcess&) = delete;

  void send(int signal) const { ::kill(pid_, signal); }
  void end(int signal) {
    if (pid_ == 0)
      return;
    send(signal);
    waitpid(std::exchange(pid_, 0), nullptr, 0);
  }

private:
  pid_t pid_ = 0;
};

/// A gateway whose own worker takes what the guest has lost.
struct Scene {
  std::int64_t running_at_guest() {
    const auto id = host.supervisor().enqueue("w").id;
    REQUIRE(eventually([&] { return state_of(host.supervisor(), id) == JobState::executing; }));
    host.supervisor().register_worker("w", [this](std::string_view, JobContext&) { ++runs; });
    host.supervisor().start();
    return id;
  }
  GatewayNode<> host{{}, quick()};
  std::atomic<int> runs{0};
};

} // namespace

TEST_CASE("the jobs of a killed guest run elsewhere within two seconds", "[remote][processes]") {
  Scene scene;
  GuestProcess guest{scene.host.url()};
  const auto id = scene.running_at_guest();
  const auto killed_at = std::chrono::steady_clock::now();
  guest.end(SIGKILL);
  CHECK(comes_to(scene.host.supervisor(), id, JobState::completed));
  const auto took = std::chrono::steady_clock::now() - killed_at;
  INFO(std::chrono::duration_cast<std::chrono::milliseconds>(took).count() << " ms");
  CHECK(took >= 900ms); // a link that is lost has a second to be back
  CHECK(took < 10s);    // two, on a machine that has nothing else to do
  CHECK(scene.host.supervisor().get(id)->attempt == 2);
  CHECK(scene.runs == 1);
  CHECK(scene.host.gateway().guests() == 0);
}

TEST_CASE("a guest that hangs counts as gone, and is refused when it wakes",
          "[remote][processes]") {
  Scene scene;
  GuestProcess guest{scene.host.url()};
  const auto id = scene.running_at_guest();
  guest.send(SIGSTOP);
  CHECK(
    eventually([&] { return state_of(scene.host.supervisor(), id) == JobState::completed; }, 60s));
  CHECK(scene.runs == 1);
  guest.send(SIGCONT);
  CHECK(eventually([&] { return scene.host.gateway().guests() == 1; }, 60s)); // it is back
  CHECK(scene.host.supervisor().get(id)->attempt == 2);
  CHECK(state_of(scene.host.supervisor(), id) == JobState::completed);
}
