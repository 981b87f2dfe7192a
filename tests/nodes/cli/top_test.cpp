#include "pseudo_terminal.hpp"
#include "test_host.hpp"

#include "support/catch.hpp"

#include <zzz_jobs/config/errc.hpp>
#include <zzz_jobs/nodes/cli/screen.hpp>
#include <zzz_jobs/nodes/cli/top_frame.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <csignal>
#include <functional>
#include <sstream>

namespace {

using namespace zzz_jobs::node;
using nlohmann::json;
using test::PseudoTerminal;
using test::TestHost;
using zzz_jobs::support::has;

json stats(int completed) {
  return {{"queues",
           {{{"queue", "mail"},
             {"paused", false},
             {"concurrency", 8},
             {"running", 1},
             {"counts", {{"executing", 1}, {"completed", completed}}}}}},
          {"stats", {{"completed", completed}, {"started", completed + 1}}},
          {"uptime_s", 125}};
}

/// As a node that completes 100 jobs between two looks.
ApiAnswer node_answer(const ApiRequest& request, int& looks) {
  if (request.path == "/api/v1/version")
    return {200, R"({"name":"alpha","store":"sqlite","version":"0.1.0"})"};
  if (request.path == "/api/v1/stats")
    return {200, stats(100 * looks++).dump()};
  if (request.path == "/api/v1/nodes")
    return {200, R"({"nodes":[{"id":1,"name":"alpha","state":"running","self":true}]})"};
  return {200, R"({"jobs":[{"id":77,"state":"executing","queue":"mail","worker":"send",
    "attempted_at":1764000000,"progress":40,"progress_note":"half\u001b[2J"}]})"};
}

bool same_settings(const termios& a, const termios& b) {
  return a.c_lflag == b.c_lflag && a.c_iflag == b.c_iflag && a.c_oflag == b.c_oflag
    && a.c_cc[VMIN] == b.c_cc[VMIN];
}

/// `top` on a terminal; `at_look` is called before the answer of the n-th look.
struct Top {
  TestHost host;
  PseudoTerminal terminal;
  int looks = 0;
  std::function<void(int)> at_look = [](int) {};

  Top() {
    host.terminal_fd = terminal.fd();
    host.variables["NO_COLOR"] = "1";
    terminal.resize(100, 30);
    host.answers = [this](const ApiRequest& request) {
      if (request.path == "/api/v1/version")
        at_look(looks);
      return node_answer(request, looks);
    };
  }
};

TEST_CASE("top --once writes one picture, without a terminal") {
  TestHost host;
  int looks = 1;
  host.answers = [&](const ApiRequest& request) { return node_answer(request, looks); };
  REQUIRE(host.run({"top", "--once"}) == cli::exit_ok);
  for (const auto* part : {"zzz-jobs alpha, store sqlite, up 2m", "completed -", "mail", "alpha",
                           "77", "40 % half\\x1b[2J"})
    CHECK_THAT(host.said(), has(part));
  CHECK(host.said().find('\x1b') == std::string::npos);
  CHECK(host.run({"top"}) == cli::exit_usage);
  CHECK_THAT(host.complained(), has("top needs a terminal"));
  CHECK(host.run({"top", "--once", "--interval", "0s"}) == cli::exit_usage);
}

TEST_CASE("top draws until q is pressed and gives the terminal back") {
  Top top;
  const auto before = top.terminal.settings();
  // The first look is before keys are heard one by one.
  top.at_look = [&](int look) {
    if (look == 0)
      return;
    CHECK((top.terminal.settings().c_lflag & ICANON) == 0);
    top.terminal.press(look < 3 ? " " : "q");
  };
  top.host.answers = [&, answers = top.host.answers](const ApiRequest& request) {
    return answers(request);
  };
  REQUIRE(top.host.run({"top"}) == cli::exit_ok);
  CHECK(top.looks == 4);
  CHECK(same_settings(before, top.terminal.settings()));
  const auto text = top.host.said();
  CHECK(text.starts_with("\x1b[?1049h"));
  CHECK(text.ends_with("\x1b[?1049l"));
  CHECK_THAT(text, has("zzz-jobs alpha"));
  CHECK_THAT(text, has("/s")); // there were two moments
  CHECK_THAT(text, has("q quits"));
}

TEST_CASE("top ends with the terminal, with Ctrl-C and with TERM, and gives all back") {
  Top top;
  const auto before = top.terminal.settings();
  struct sigaction handler_before {};
  sigaction(SIGTERM, nullptr, &handler_before);
  const auto end = GENERATE(0, 1, 2);
  top.at_look = [&](int look) {
    if (look == 0)
      return;
    if (end == 0)
      top.terminal.hang_up();
    else if (end == 1)
      top.terminal.press("\x03");
    else
      raise(SIGTERM);
  };
  CHECK(top.host.run({"top"}) == cli::exit_ok);
  CHECK(top.host.said().ends_with("\x1b[?1049l"));
  struct sigaction handler_after {};
  sigaction(SIGTERM, nullptr, &handler_after);
  CHECK(handler_after.sa_handler == handler_before.sa_handler);
  if (end != 0)
    CHECK(same_settings(before, top.terminal.settings()));
}

TEST_CASE("top fits the screen, also after it was resized") {
  Top top;
  top.at_look = [&](int look) {
    if (look == 1) {
      top.terminal.resize(20, 3);
      raise(SIGWINCH); // what the terminal's kernel sends to those in its foreground
    }
    if (look == 2)
      top.terminal.press("q");
  };
  REQUIRE(top.host.run({"top"}) == cli::exit_ok);
  auto last = top.host.said();
  last = last.substr(last.rfind("\x1b[H") + 3);
  CHECK(std::count(last.begin(), last.end(), '\n') == 2);
  CHECK_THAT(last, has("zzz-jobs alpha, stor\x1b[K"));
}

TEST_CASE("top goes on where the node is away for a while") {
  Top top;
  top.at_look = [&](int look) {
    if (look == 1 && top.host.asked.size() == 5)
      throw zzz_jobs::Error(zzz_jobs::errc::unavailable, "the node is away");
    if (look == 2)
      top.terminal.press("q");
  };
  REQUIRE(top.host.run({"top"}) == cli::exit_ok);
  CHECK(top.looks == 3);
  CHECK_THAT(top.host.said(), has("the node is away"));
}

TEST_CASE("top shows a store that knows of no nodes") {
  TestHost host;
  int looks = 1;
  host.answers = [&](const ApiRequest& request) {
    if (request.path == "/api/v1/nodes")
      return ApiAnswer{404, R"({"error":"there are no nodes","code":"not_found"})"};
    return node_answer(request, looks);
  };
  REQUIRE(host.run({"top", "--once"}) == cli::exit_ok);
  CHECK_THAT(host.said(), has("no nodes"));
}

TEST_CASE("top --once --json gives the answers that the picture is made of") {
  TestHost host;
  const auto answered = [](const ApiRequest& request) {
    int looks = 1;
    return node_answer(request, looks);
  };
  host.answers = answered;
  REQUIRE(host.run({"top", "--once", "--json"}) == cli::exit_ok);
  const auto told = json::parse(host.said());
  const auto answer = [&](const std::string& path) {
    return json::parse(answered({.path = path}).body);
  };
  CHECK(told.at("version") == answer("/api/v1/version"));
  CHECK(told.at("stats") == answer("/api/v1/stats"));
  CHECK(told.at("nodes") == answer("/api/v1/nodes").at("nodes"));
  CHECK(told.at("jobs") == answer("/api/v1/jobs").at("jobs"));
  host.terminal_fd = 0; // pictures without an end are no document
  CHECK(host.run({"top", "--json"}) == cli::exit_usage);
  CHECK_THAT(host.complained(), has("--once --json is for programs"));
}

TEST_CASE("rates are those between two moments") {
  using namespace std::chrono_literals;
  const cli::Moment before{.at = std::chrono::steady_clock::time_point{10s}, .stats = stats(100)};
  cli::Moment now{.at = std::chrono::steady_clock::time_point{12s}, .stats = stats(3'100)};
  const auto rates = [&](const cli::Moment* earlier) {
    return cli::top_frame(now, earlier, cli::Style{false}, zzz_jobs::UnixTime{})[1];
  };
  CHECK_THAT(rates(&before), has("completed 1,500/s"));
  CHECK_THAT(rates(&before), has("failed 0.0/s"));
  CHECK_THAT(rates(nullptr), has("completed -"));
  now.stats = stats(50); // another node, or the same after a restart
  CHECK_THAT(rates(&before), has("completed -"));
}

TEST_CASE("a line is clipped by what is seen of it") {
  CHECK(cli::clipped("grün und rot", 4) == "grün");
  CHECK(cli::clipped("\x1b[32mgrün\x1b[0m und", 2) == "\x1b[32mgr\x1b[0m");
  CHECK(cli::clipped("\x1b[32mgrün\x1b[0m", 4) == "\x1b[32mgrün\x1b[0m");
}

} // namespace
