// A node that is asked over HTTP by the program itself, as from another machine.
#include "nodes/control/certificate.hpp"
#include "nodes/run/node_program.hpp"
#include "support/catch.hpp"

#include <sys/wait.h>

#include <array>
#include <cstdio>

using namespace zzz_jobs;
using namespace zzz_jobs::node;
using namespace zzz_jobs::support;

namespace {

constexpr const char* token = "0123456789abcdef";

struct Said {
  int status = 0;
  std::string text{}; ///< both streams
};

/// Runs "zzz-jobs" with these words, without a node's file or variables but `variables`.
Said ask(const std::string& words, const std::string& variables = "") {
  const auto command = "cd / && env -u ZZZ_JOBS_HTTP_TOKEN " + variables
    + " '" ZZZ_JOBS_PROGRAM "' " + words + " 2>&1";
  auto* pipe = popen(command.c_str(), "r");
  REQUIRE(pipe != nullptr);
  Said said;
  std::array<char, 4096> part{};
  while (const auto size = std::fread(part.data(), 1, part.size(), pipe))
    said.text.append(part.data(), size);
  const int ended = pclose(pipe);
  said.status = WIFEXITED(ended) ? WEXITSTATUS(ended) : -1;
  return said;
}

/// Where the node takes HTTP.
std::string http_of(const NodeProgram& node) {
  const std::string before = "http_listening address=\"";
  REQUIRE(node.has_logged(before));
  const auto text = node.log();
  const auto begin = text.rfind(before) + before.size();
  return text.substr(begin, text.find('"', begin) - begin);
}

std::string file_with_http(const std::string& keys) {
  return std::string{common_file} + "[http]\nlisten = \"127.0.0.1:0\"\ntoken = \"" + token + "\"\n"
    + keys;
}

std::string written(const NodeProgram& node, const std::string& name, const std::string& text) {
  std::ofstream{node.path(name)} << text;
  return node.path(name).string();
}

} // namespace

TEST_CASE("a node is asked over HTTP with a token from a file or a variable", "[node]") {
  NodeProgram node{file_with_http("")};
  node.start();
  REQUIRE(node.answers());
  const auto http = "--http http://" + http_of(node);

  const auto by_file = ask("version --node --json " + http + " --token-file "
                           + written(node, "token", std::string{token} + "\n"));
  INFO(by_file.text);
  CHECK(by_file.status == 0);
  CHECK_THAT(by_file.text, has("node.toml"));
  const auto by_variable = ask("job list " + http, std::string{"ZZZ_JOBS_HTTP_TOKEN="} + token);
  INFO(by_variable.text);
  CHECK(by_variable.status == 0);
  CHECK_THAT(by_variable.text, has("no jobs"));
  CHECK(ask("enqueue count four " + http, std::string{"ZZZ_JOBS_HTTP_TOKEN="} + token).status == 0);

  // A token that is given wrong is told; none is shown.
  const auto none = ask("job list " + http);
  CHECK(none.status == 1);
  CHECK_THAT(none.text, has("give --token-file or $ZZZ_JOBS_HTTP_TOKEN"));
  const auto other = ask("job list " + http, "ZZZ_JOBS_HTTP_TOKEN=another-token-than-that");
  CHECK(other.status != 0);
  for (const auto& file : {node.path("none").string(), written(node, "empty", ""),
                           written(node, "line", "\n"), node.path("").string()}) {
    const auto said = ask("job list " + http + " --token-file " + file);
    CHECK(said.status == 2);
    CHECK_THAT(said.text, has("token-file: no token can be read from \"" + file + "\""));
  }
}

TEST_CASE("a node is asked over TLS by who knows who vouches for it", "[node]") {
  NodeProgram node{file_with_http("certificate = \"node.crt\"\nkey = \"node.key\"\n")};
  tests::write_certificate(node.path("node.crt"), node.path("node.key"));
  node.start();
  REQUIRE(node.answers());
  const auto http = "--http https://" + http_of(node) + " --token-file "
    + written(node, "token", std::string{token});

  const auto trusting = ask("stats --json " + http + " --ca " + node.path("node.crt").string());
  INFO(trusting.text);
  CHECK(trusting.status == 0);
  CHECK(nlohmann::json::parse(trusting.text).contains("queues"));
  const auto distrusting = ask("stats " + http);
  CHECK(distrusting.status == 75);
  CHECK_THAT(distrusting.text, has("give its CA with --ca"));
  const auto wrong = ask("stats " + http + " --ca " + node.path("node.key").string());
  CHECK(wrong.status == 2);
  CHECK_THAT(wrong.text, has("cannot be read as certificates"));
}
