// SIGHUP: what a running node takes over from its file.
#include "nodes/run/node_program.hpp"
#include "support/catch.hpp"

#include <csignal>
#include <filesystem>
#include <fstream>

using namespace zzz_jobs;
using namespace zzz_jobs::node;
using namespace zzz_jobs::support;

namespace {

std::string with_concurrency(const std::string& value) {
  std::string file = common_file;
  const std::string line = "concurrency = 2";
  return file.replace(file.find(line), line.size(), "concurrency = " + value);
}

/// Its only queue has this name.
std::string with_queue(const std::string& name) {
  std::string file = common_file;
  const std::string line = "name = \"default\"";
  return file.replace(file.find(line), line.size(), "name = \"" + name + "\"");
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
  node.write(with_concurrency("7\npoll_interval = \"20ms\"") + "[limits]\nargs_bytes_max = 4096\n");
  node.process().signal(SIGHUP);
  REQUIRE(node.has_logged("config_reloaded"));
  CHECK(eventually([&] { return concurrency(node) == 7; }));
  REQUIRE(node.has_logged("config_needs_restart"));
  CHECK(node.has_logged("keys=\"limits.args_bytes_max\""));
  const auto id = node.enqueue("count", "12");
  CHECK(node.reaches(id, "completed"));
}

TEST_CASE("a reload adds queues and drains those that are gone", "[node][reload]") {
  NodeProgram node;
  node.start();
  REQUIRE(node.answers());
  const auto running = node.enqueue("wait");
  REQUIRE(eventually([&] { return std::filesystem::exists(node.path("started")); }));
  node.write(with_queue("mail"));
  node.process().signal(SIGHUP);
  REQUIRE(node.has_logged("queue_added queue=\"mail\" concurrency=2"));
  REQUIRE(node.has_logged("queue_dropped queue=\"default\""));
  CHECK(node.reaches(node.enqueue("count", "1", "mail"), "completed"));
  const auto left = node.enqueue("count", "2", "default");
  // Back while its last handler runs: not yet.
  node.write(common_file);
  node.process().signal(SIGHUP);
  REQUIRE(node.has_logged("queue_not_added queue=\"default\""));
  std::ofstream{node.path("open")} << "x";
  CHECK(node.reaches(running, "completed"));
  CHECK(node.state(left) == "available");
  CHECK(eventually([&] {
    node.process().signal(SIGHUP);
    return node.state(left) == "completed";
  }));
  CHECK(node.log().find("config_needs_restart") == std::string::npos);
}

TEST_CASE("a reload takes over workers and cron entries", "[node][reload]") {
  NodeProgram node;
  node.start();
  REQUIRE(node.answers());
  const auto before = node.enqueue("count", "12");
  REQUIRE(node.reaches(before, "completed"));
  std::string file = common_file;
  const std::string program = R"(["wc", "-c"])";
  file.replace(file.find(program), program.size(), R"(["echo", "other"])");
  file.erase(file.find("[[worker]]\nname = \"wait\""));
  node.write(file + R"(
[[worker]]
name = "new"
command = ["true"]
[[cron]]
name = "nightly"
expression = "@daily"
worker = "new"
)");
  node.process().signal(SIGHUP);
  REQUIRE(node.has_logged("config_reloaded"));
  CHECK(node.reaches(node.enqueue("new"), "completed"));
  const auto after = node.enqueue("count", "12");
  REQUIRE(node.reaches(after, "completed"));
  CHECK(node.json("/api/v1/jobs/" + std::to_string(after)).at("result") == "other");
  CHECK(node.json("/api/v1/cron").at("cron").at(0).at("name") == "nightly");
  const auto gone = node.enqueue("wait");
  const auto why = node.json("/api/v1/jobs/" + std::to_string(gone) + "/why");
  CHECK(why.at("reasons").at(0).at("code") == "no_worker");
  CHECK(node.log().find("config_needs_restart") == std::string::npos);
  node.write(common_file);
  node.process().signal(SIGHUP);
  CHECK(eventually([&] { return node.json("/api/v1/cron").at("cron").empty(); }));
}

TEST_CASE("a reload names a stop_grace that the node would not wait for at its end",
          "[node][reload]") {
  NodeProgram node;
  node.start();
  REQUIRE(node.answers());
  const std::string file = common_file; // ends with a worker
  node.write(file + "stop_grace = \"1s\"\n");
  node.process().signal(SIGHUP);
  REQUIRE(node.has_logged("config_reloaded"));
  CHECK(node.log().find("config_needs_restart") == std::string::npos);
  node.write(file + "stop_grace = \"20s\"\n");
  node.process().signal(SIGHUP);
  CHECK(node.has_logged("config_needs_restart keys=\"worker.wait.stop_grace\""));
}

TEST_CASE("a reload keeps what was if a program is not there", "[node][reload]") {
  NodeProgram node;
  node.start();
  REQUIRE(node.answers());
  node.write(with_queue("mail") + "[[worker]]\nname = \"none\"\ncommand = [\"no-such-program\"]\n");
  node.process().signal(SIGHUP);
  REQUIRE(node.has_logged("config_kept"));
  CHECK(node.log().find("worker.none.command") != std::string::npos);
  CHECK(node.json("/api/v1/queues").at("queues").at(0).at("queue") == "default");
}

TEST_CASE("a reload keeps all that was if one cron entry cannot be", "[node][reload]") {
  const std::string limit = "[limits]\nargs_bytes_max = ";
  NodeProgram node{std::string{common_file} + limit + "1024\n"};
  node.start();
  REQUIRE(node.answers());
  // Good by itself, but the limit of the start holds until a restart.
  std::string file = with_concurrency("7");
  const std::string program = R"(["wc", "-c"])";
  file.replace(file.find(program), program.size(), R"(["echo", "other"])");
  node.write(
    file + "[[cron]]\nname = \"nightly\"\nexpression = \"@daily\"\nworker = \"count\"\nargs = \""
    + std::string(2000, 'x') + "\"\n" + limit + "4096\n");
  node.process().signal(SIGHUP);
  REQUIRE(node.has_logged("config_kept"));
  CHECK(node.log().find("cron.nightly.args") != std::string::npos);
  const auto id = node.enqueue("count", "12");
  REQUIRE(node.reaches(id, "completed"));
  CHECK(node.json("/api/v1/jobs/" + std::to_string(id)).at("result") == "2");
  CHECK(concurrency(node) == 2);
  CHECK(node.json("/api/v1/cron").at("cron").empty());
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
