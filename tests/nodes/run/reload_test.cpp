// SIGHUP: what a running node takes over from its file.
#include "nodes/run/node_program.hpp"
#include "support/catch.hpp"

#include <csignal>

using namespace zzz_jobs;
using namespace zzz_jobs::node;
using namespace zzz_jobs::support;

namespace {

std::string with_concurrency(const std::string& value) {
  std::string file = common_file;
  const std::string line = "concurrency = 2";
  return file.replace(file.find(line), line.size(), "concurrency = " + value);
}

int concurrency(NodeProgram& node) {
  return node.json("/api/v1/queues").at("queues").at(0).value("concurrency", 0);
}

} // namespace

TEST_CASE("a reload takes over limits of queues, and names what needs a restart",
          "[node][reload]") {
  NodeProgram node;
  node.start();
  REQUIRE(node.answers());
  CHECK(concurrency(node) == 2);
  node.write(with_concurrency("7") + "[[queue]]\nname = \"second\"\n");
  node.process().signal(SIGHUP);
  REQUIRE(node.has_logged("config_reloaded"));
  CHECK(eventually([&] { return concurrency(node) == 7; }));
  CHECK(node.has_logged("config_needs_restart"));
  CHECK(node.log().find("queue.second") != std::string::npos);
  const auto id = node.enqueue("count", "12");
  CHECK(node.reaches(id, "completed"));
}

TEST_CASE("a reload keeps what was if the new file is wrong", "[node][reload]") {
  NodeProgram node;
  node.start();
  REQUIRE(node.answers());
  node.write(with_concurrency("0"));
  node.process().signal(SIGHUP);
  REQUIRE(node.has_logged("config_kept"));
  CHECK(node.log().find("queue.default.concurrency") != std::string::npos);
  CHECK(concurrency(node) == 2);
  node.write("[store\n");
  node.process().signal(SIGHUP);
  CHECK(node.has_logged("node.toml:1"));
  CHECK(node.reaches(node.enqueue("count"), "completed"));
}

TEST_CASE("a reload changes the log's level", "[node][reload]") {
  NodeProgram node;
  node.start();
  REQUIRE(node.answers());
  node.write(std::string{common_file} + "[log]\nlevel = \"error\"\n");
  node.process().signal(SIGHUP);
  // The level is taken over before anything is said of it.
  REQUIRE(eventually([&] {
    node.process().signal(SIGHUP);
    return concurrency(node) == 2;
  }));
  node.process().signal(SIGTERM);
  REQUIRE(node.process().wait_for_end(std::chrono::seconds{60}) == 0);
  CHECK(node.log().find("node_started") != std::string::npos);
  CHECK(node.log().find("node_ended") == std::string::npos);
}
