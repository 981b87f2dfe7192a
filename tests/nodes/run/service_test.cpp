// What systemd hears: the test is systemd, with a socket of its own.
#include "nodes/run/node_program.hpp"
#include "support/catch.hpp"

#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <thread>

using namespace zzz_jobs;
using namespace zzz_jobs::node;
using namespace zzz_jobs::support;

namespace {

std::size_t count_of(const std::string& text, const std::string& in) {
  std::size_t found = 0;
  for (auto at = in.find(text); at != std::string::npos; at = in.find(text, at + 1))
    ++found;
  return found;
}

/// The other end of NOTIFY_SOCKET.
class Listener {
public:
  explicit Listener(const std::filesystem::path& path)
    : socket_(socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
    REQUIRE(bind(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
  }
  ~Listener() { close(socket_); }
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  [[nodiscard]] bool hears(const std::string& text) {
    return eventually([&] {
      read_all();
      return heard_.find(text) != std::string::npos;
    });
  }
  [[nodiscard]] std::size_t count(const std::string& text) {
    read_all();
    return count_of(text, heard_);
  }

private:
  void read_all() {
    std::array<char, 4096> bytes{};
    for (ssize_t got = 0; (got = recv(socket_, bytes.data(), bytes.size(), 0)) > 0;)
      heard_.append(bytes.data(), static_cast<std::size_t>(got)).append("\n");
  }
  int socket_;
  std::string heard_{};
};

/// For the programs that this process starts.
class Variable {
public:
  Variable(const char* name, const std::string& value) : name_(name) {
    setenv(name, value.c_str(), 1);
  }
  ~Variable() { unsetenv(name_); }
  Variable(const Variable&) = delete;
  Variable& operator=(const Variable&) = delete;

private:
  const char* name_;
};

/// Another program's transaction on the file of a node, as long as this is there.
class OtherTransaction {
public:
  explicit OtherTransaction(const NodeProgram& node)
    : over_(node.path("over")),
      program_([command = "sqlite3 " + node.path("jobs.db").string()
                  + " 'BEGIN IMMEDIATE' '.shell touch " + node.path("begun").string()
                  + "' '.shell while test ! -e " + over_.string() + "; do sleep 0.02; done' COMMIT",
                this] { status_ = std::system(command.c_str()); }) {
    REQUIRE(eventually([&] { return std::filesystem::exists(node.path("begun")); }));
  }
  ~OtherTransaction() {
    std::ofstream{over_} << "";
    program_.join();
    CHECK(status_ == 0);
  }
  OtherTransaction(const OtherTransaction&) = delete;
  OtherTransaction& operator=(const OtherTransaction&) = delete;

private:
  const std::filesystem::path over_;
  int status_ = -1;
  std::thread program_;
};

} // namespace

TEST_CASE("systemd hears when a node is ready, reloads and stops", "[node][service]") {
  NodeProgram node;
  Listener systemd{node.path("notify")};
  const Variable socket{"NOTIFY_SOCKET", node.path("notify").string()};
  node.start();
  REQUIRE(systemd.hears("READY=1"));
  CHECK(systemd.hears("STATUS=0 running"));
  CHECK(node.answers()); // ready is no promise, it is so
  node.process().signal(SIGHUP);
  CHECK(systemd.hears("RELOADING=1"));
  CHECK(systemd.hears("MONOTONIC_USEC="));
  CHECK(eventually([&] { return systemd.count("READY=1") == 2; }));
  node.process().signal(SIGTERM);
  CHECK(systemd.hears("STOPPING=1"));
}

TEST_CASE("the watchdog is fed while the store actor answers, and only then", "[node][service]") {
  std::string file = common_file;
  file.insert(file.find("shutdown_timeout"), "store_timeout = \"200ms\"\n");
  file.insert(file.find("[[queue]]"), "busy_timeout = \"10m\"\n"); // of [store]
  NodeProgram node{file};
  Listener systemd{node.path("notify")};
  const Variable socket{"NOTIFY_SOCKET", node.path("notify").string()};
  const Variable watchdog{"WATCHDOG_USEC", "100000"};
  node.start();
  REQUIRE(eventually([&] { return systemd.count("WATCHDOG=1") >= 5; }));
  REQUIRE(node.answers());
  const auto not_fed = [&] { return count_of("watchdog_not_fed", node.log()); };
  CHECK(not_fed() == 0);
  {
    // The store actor waits for it.
    const OtherTransaction other{node};
    const std::jthread enqueuer(
      [&] { (void)node.call("POST", "/api/v1/jobs", R"({"worker":"count"})"); });
    REQUIRE(eventually([&] { return not_fed() >= 1; }));
    const auto before = systemd.count("WATCHDOG=1");
    REQUIRE(eventually([&] { return not_fed() >= 4; }));
    CHECK(systemd.count("WATCHDOG=1") == before);
  }
  const auto before = systemd.count("WATCHDOG=1");
  CHECK(eventually([&] { return systemd.count("WATCHDOG=1") > before + 2; }));
}

TEST_CASE("the watchdog is fed while the store is away", "[node][service]") {
  NodeProgram gateway{std::string{common_file}
                      + "[cluster]\nlisten = \"127.0.0.1:0\"\ngateway = true\n"};
  gateway.start();
  REQUIRE(gateway.answers());
  std::string file = common_file;
  const std::string path = "path = \"jobs.db\"";
  file.replace(file.find(path), path.size(), "url = \"zzz://" + gateway.links_at() + "\"");
  NodeProgram node{file + "[control]\nsocket = \"jobs.db.sock\"\n"};
  Listener systemd{node.path("notify")};
  const Variable socket{"NOTIFY_SOCKET", node.path("notify").string()};
  const Variable watchdog{"WATCHDOG_USEC", "100000"};
  node.start();
  REQUIRE(systemd.hears("WATCHDOG=1"));
  gateway.process().kill();
  REQUIRE(node.has_logged("store_failed"));
  const auto before = systemd.count("WATCHDOG=1");
  CHECK(eventually([&] { return systemd.count("WATCHDOG=1") >= before + 5; }));
  CHECK(count_of("watchdog_not_fed", node.log()) == 0);
}
