#include "test_host.hpp"

#include <zzz_jobs/nodes/cli/help.hpp>
#include <zzz_jobs/nodes/cli/verb.hpp>

#include "support/catch.hpp"

#include <zzz_jobs/config/errc.hpp>

#include <memory>
#include <set>

namespace {

using namespace zzz_jobs::node;
using test::TestHost;
using zzz_jobs::support::has;

TEST_CASE("the version is said without a node") {
  TestHost host;
  CHECK(host.run({"--version"}) == cli::exit_ok);
  CHECK(host.said() == "zzz-jobs " ZZZ_JOBS_VERSION "\n");
  CHECK(host.run({"version"}) == cli::exit_ok);
  CHECK_THAT(host.said(), has("stores: memory"));
  CHECK(host.targets.empty());
}

TEST_CASE("a node is asked for its version where that is wanted") {
  TestHost host;
  host.answer(R"({"version":"9.8.7","name":"mailer","store":"sqlite","pid":4})");
  CHECK(host.run({"version", "--node", "--json"}) == cli::exit_ok);
  CHECK_THAT(host.said(), has(R"("version": "9.8.7")"));
}

TEST_CASE("every verb has a help that names all its parameters") {
  TestHost host;
  std::set<std::string_view> names;
  for (const auto& verb : cli::verbs()) {
    CAPTURE(verb.name);
    CHECK(names.insert(verb.name).second);
    CHECK_FALSE(verb.summary.empty());
    const auto space = verb.name.find(' ');
    std::vector<std::string> words{std::string{verb.name.substr(0, space)}};
    if (space != std::string_view::npos)
      words.emplace_back(verb.name.substr(space + 1));
    words.emplace_back("--help");
    CHECK(host.run(words) == cli::exit_ok);
    CHECK_THAT(host.said(), has("usage: zzz-jobs " + std::string{verb.name}));
    for (const auto& parameter : verb.parameters)
      CHECK_THAT(host.said(), has(std::string{parameter.name}));
    for (const auto& parameter : cli::global_parameters())
      CHECK_THAT(host.said(), has(std::string{parameter.name}));
    CHECK(host.run({words.front(), "--help"}) == cli::exit_ok);
    CHECK(host.targets.empty());
  }
}

TEST_CASE("the help of the program names every verb") {
  TestHost host;
  CHECK(host.run({"--help"}) == cli::exit_ok);
  for (const auto& verb : cli::verbs())
    CHECK_THAT(host.said(), has("  " + std::string{verb.name} + " "));
  for (const auto& verb : cli::verbs())
    if (const auto group = cli::group_of(verb); !group.empty())
      CHECK_FALSE(cli::summary_of_group(group).empty());
}

TEST_CASE("a wrong command is a usage error that says what is right") {
  TestHost host;
  const auto fails = [&](const std::vector<std::string>& words, const std::string& text) {
    CHECK(host.run(words) == cli::exit_usage);
    CHECK_THAT(host.complained(), has(text));
    CHECK(host.said().empty());
    CHECK(host.targets.empty());
  };
  fails({}, "a command is missing");
  fails({"job"}, "a command after \"job\" is missing");
  fails({"enqueu", "mail"}, "is \"enqueue\" meant?");
  fails({"job", "lst"}, "there is no command \"job lst\"; is \"job list\" meant?");
  fails({"xyzzy"}, "there is no command \"xyzzy\"; see zzz-jobs --help");
  fails({"job", "list", "--stat", "available"}, "--stat");
  fails({"job", "list", "--state", "avaliable"},
        "--state must be one of available, executing, completed, retryable, discarded, cancelled, "
        "scheduled; got \"avaliable\"");
  fails({"job", "list", "--limit", "0"},
        "--limit must be a whole number of 1 to 100000, got \"0\"");
  fails({"job", "list", "--limit", "1", "--limit", "2"}, "--limit");
  fails({"job", "show"}, "ID");
  fails({"job", "show", "1", "2"}, "2");
  fails({"job", "show", "-4"}, "ID must be a whole number");
  fails({"job", "show", "1x"}, "ID must be a whole number");
  fails({"enqueue"}, "WORKER");
  fails({"queue", "list", "--socket", "a", "--http", "b"}, "only one of");
}

TEST_CASE("values are taken as they are, whatever they look like") {
  TestHost host;
  host.answer(R"({"id":1,"state":"available"})", 201);
  const auto args =
    GENERATE(as<std::string>{}, "{}", "[1,2,3]", "[]", "{\"a\": [1, 2]}", "stats", "enqueue", "job",
             "-5", "'quoted'", "\"text\"", "a b", "", "%%", "back\\slash", "x=y", "line\nline");
  CAPTURE(args);
  REQUIRE(host.run({"enqueue", "mail", args}) == cli::exit_ok);
  REQUIRE(host.asked.size() == 1);
  CHECK_THAT(host.asked[0].body, has("\"worker\":\"mail\""));
  REQUIRE(host.run({"enqueue", "mail", "--queue", args}) == cli::exit_ok);
  REQUIRE(host.run({"enqueue", "--", args, "--queue"}) == cli::exit_ok);
}

TEST_CASE("what begins like an option is a value after two dashes") {
  TestHost host;
  host.answer(R"({"id":1,"state":"available"})", 201);
  REQUIRE(host.run({"enqueue", "--", "mail", "--json"}) == cli::exit_ok);
  CHECK_THAT(host.asked.at(0).body, has("\"args\":\"--json\""));
}

TEST_CASE("whom to ask may be said before the verb and after it") {
  TestHost host;
  host.answer(R"({"queues":[]})");
  REQUIRE(host.run({"--socket", "a.sock", "queue", "list"}) == cli::exit_ok);
  CHECK(host.targets.back().socket == "a.sock");
  REQUIRE(
    host.run({"queue", "list", "--http", "http://127.0.0.1:1", "--token-file", "t", "--ca", "c"})
    == cli::exit_ok);
  CHECK(host.targets.back().http == "http://127.0.0.1:1");
  CHECK(host.targets.back().token_file == "t");
  CHECK(host.targets.back().ca == "c");
  REQUIRE(host.run({"queue", "list", "--store-url", "postgres://x", "--schema", "s"})
          == cli::exit_ok);
  CHECK(host.targets.back().store_url == "postgres://x");
  CHECK(host.targets.back().schema == "s");
  REQUIRE(host.run({"queue", "list", "--config", "f", "--set", "a=1", "--set", "b=2"})
          == cli::exit_ok);
  CHECK(host.targets.back().config == "f");
  CHECK(host.targets.back().settings == std::vector<std::string>{"a=1", "b=2"});
  CHECK_FALSE(host.targets.back().node_alone);
}

TEST_CASE("what is asked about a node is not asked of its database") {
  TestHost host;
  host.answer(R"({"status":"ok","checks":[]})");
  REQUIRE(host.run({"health"}) == cli::exit_ok);
  CHECK(host.targets.back().node_alone);
  REQUIRE(host.run({"version", "--node"}) == cli::exit_ok);
  CHECK(host.targets.back().node_alone);
}

TEST_CASE("the exit status tells what a failed answer means") {
  TestHost host;
  const auto status = [&](int http, const std::string& code) {
    host.answer(R"({"error":"because","code":")" + code + "\"}", http);
    const auto exit = host.run({"queue", "pause", "mail"});
    CHECK(host.complained().starts_with("zzz-jobs: because"));
    return exit;
  };
  CHECK(status(400, "invalid_argument") == cli::exit_usage);
  CHECK(status(413, "too_large") == cli::exit_usage);
  CHECK(status(404, "job_not_found") == cli::exit_not_found);
  CHECK(status(404, "invalid_argument") == cli::exit_not_found);
  CHECK(status(409, "not_allowed") == cli::exit_failed);
  CHECK(status(409, "conflict") == cli::exit_failed);
  CHECK(status(503, "unavailable") == cli::exit_again);
  CHECK(status(503, "store_full") == cli::exit_again);
  CHECK(status(504, "in_doubt") == cli::exit_failed);
  CHECK(status(401, "not_allowed") == cli::exit_failed);
  CHECK(status(500, "unheard_of") == cli::exit_failed);
  CHECK(status(503, "unheard_of") == cli::exit_again);
}

TEST_CASE("an answer that is no node's is not believed") {
  TestHost host;
  host.answer("<html>");
  CHECK(host.run({"queue", "list"}) == cli::exit_failed);
  CHECK_THAT(host.complained(), has("is this a zzz-jobs node?"));
  host.answer("<html>", 502);
  CHECK(host.run({"queue", "list"}) == cli::exit_again);
  CHECK_THAT(host.complained(), has("status 502"));
  host.answer("[1,2]");
  CHECK(host.run({"queue", "list"}) == cli::exit_ok);
  CHECK(host.said() == "no queues\n");
}

TEST_CASE("without a node the status is to try again") {
  TestHost host;
  host.open = [](const cli::Target&) -> std::unique_ptr<ApiChannel> {
    throw zzz_jobs::Error(zzz_jobs::errc::unavailable, "nobody listens at \x1b[31m/x.sock");
  };
  CHECK(host.run({"queue", "list"}) == cli::exit_again);
  CHECK(host.complained() == "zzz-jobs: nobody listens at \\x1b[31m/x.sock\n");
}

TEST_CASE("an output that cannot be written is a failure") {
  TestHost host;
  host.output.setstate(std::ios::badbit);
  host.answer(R"({"queues":[]})");
  CHECK(host.run({"queue", "list"}) == cli::exit_failed);
  CHECK_THAT(host.complained(), has("the output cannot be written"));
}

} // namespace
