#include "test_host.hpp"

#include "support/catch.hpp"

#include <zzz_jobs/config/errc.hpp>

#include <nlohmann/json.hpp>

namespace {

using namespace zzz_jobs::node;
using nlohmann::json;
using test::TestHost;
using zzz_jobs::support::has;

/// As a node that takes jobs; refuses a request with a job of the worker "", and jobs
/// of the worker "bad".
void answer_jobs(TestHost& host) {
  host.answers = [next = 1](const ApiRequest& request) mutable {
    auto jobs = json::array();
    for (const auto& job : json::parse(request.body)) {
      const auto worker = job.value("worker", "");
      if (worker.empty())
        return ApiAnswer{
          400,
          json{{"error", "job " + std::to_string(jobs.size() + 1) + ": worker: must not be empty"},
               {"code", "invalid_argument"}}
            .dump()};
      jobs.push_back({{"id", next++}, {"conflict", job.value("unique_key", "") == "taken"}});
      if (worker == "bad")
        jobs.back() = {{"id", 0}, {"conflict", false}, {"error", "worker: \x1b"}};
    }
    return ApiAnswer{201, json{{"jobs", jobs}}.dump()};
  };
}

TEST_CASE("enqueue sends a job as it was described") {
  TestHost host;
  host.answer(R"({"id":42,"state":"scheduled","conflict":false})", 201);
  REQUIRE(host.run({"enqueue", "send", R"({"to":1})", "--queue", "mail", "--priority", "-10",
                    "--in", "1h30m", "--unique", "k", "--unique-strategy", "cancel_existing",
                    "--max-attempts", "3", "--timeout", "2m"})
          == cli::exit_ok);
  CHECK(host.said() == "job 42 scheduled\n");
  REQUIRE(host.asked.size() == 1);
  CHECK(host.asked[0].method == "POST");
  CHECK(host.asked[0].path == "/api/v1/jobs");
  CHECK(json::parse(host.asked[0].body)
        == json{{"worker", "send"},
                {"args", R"({"to":1})"},
                {"queue", "mail"},
                {"priority", -10},
                {"delay_s", 5400},
                {"unique_key", "k"},
                {"unique_strategy", "cancel_existing"},
                {"max_attempts", 3},
                {"timeout_s", 120}});
}

TEST_CASE("enqueue leaves unsaid what was not said") {
  TestHost host;
  host.answer(R"({"id":42,"state":"available","conflict":true})", 201);
  REQUIRE(host.run({"enqueue", "send"}) == cli::exit_ok);
  CHECK(json::parse(host.asked.at(0).body) == json{{"worker", "send"}, {"args", ""}});
  CHECK(host.said() == "job 42 available (was there already)\n");
  REQUIRE(host.run({"enqueue", "send", "--at", "@1764000000", "--json"}) == cli::exit_ok);
  CHECK(json::parse(host.asked.at(0).body)["scheduled_at"] == 1764000000);
  CHECK(json::parse(host.said())["id"] == 42);
}

TEST_CASE("enqueue reads the payload from the input") {
  TestHost host;
  host.answer(R"({"id":1,"state":"available"})", 201);
  host.input.str("line\nother\n");
  REQUIRE(host.run({"enqueue", "send", "-"}) == cli::exit_ok);
  CHECK(json::parse(host.asked.at(0).body)["args"] == "line\nother\n");
}

TEST_CASE("enqueue names what is wrong with an option") {
  TestHost host;
  const auto fails = [&](std::vector<std::string> words, const std::string& text) {
    words.insert(words.begin(), {"enqueue", "send"});
    CHECK(host.run(words) == cli::exit_usage);
    CHECK_THAT(host.complained(), has(text));
    CHECK(host.asked.empty());
  };
  fails({"--in", "1h", "--at", "13:00"}, "either --in or --at");
  fails({"--unique-strategy", "ignore_new"}, "needs --unique");
  fails({"--priority", "2147483648"}, "--priority must be a whole number of -2147483648 to");
  fails({"--max-attempts", "0"}, "--max-attempts must be");
  fails({"--timeout", "x"}, "--timeout must be a duration");
  fails({"\xff"}, "must be UTF-8");
}

TEST_CASE("enqueue - sends lines in requests of a thousand") {
  TestHost host;
  answer_jobs(host);
  std::string lines;
  for (int i = 0; i < 2'500; ++i)
    lines += R"({"worker":"send","args":{"n":)" + std::to_string(i) + "}}\n\n";
  host.input.str(lines + R"({"worker":"send","unique_key":"taken"})");
  REQUIRE(host.run({"enqueue", "-"}) == cli::exit_ok);
  CHECK(host.said() == "2,500 jobs enqueued, 1 were there already\n");
  CHECK(host.complained().empty());
  REQUIRE(host.asked.size() == 3);
  const auto count = [&](std::size_t i) { return json::parse(host.asked[i].body).size(); };
  CHECK(count(0) == 1'000);
  CHECK(count(1) == 1'000);
  CHECK(count(2) == 501);
  CHECK_THAT(host.asked[2].body, has(R"({"worker":"send","args":{"n":2499}})"));
}

TEST_CASE("enqueue - names the lines that were refused and takes the others") {
  TestHost host;
  answer_jobs(host);
  host.input.str("{\"worker\":\"a\"}\nnonsense\n[1]\n{\"worker\":\"bad\"}\n{\"worker\":\"b\"}\n");
  CHECK(host.run({"enqueue", "-", "--json"}) == cli::exit_failed);
  CHECK(host.complained()
        == "zzz-jobs: line 2: not JSON\nzzz-jobs: line 3: not a JSON object\n"
           "zzz-jobs: line 4: worker: \\x1b\n");
  CHECK(json::parse(host.said()) == json{{"enqueued", 2}, {"conflicts", 0}, {"refused", 3}});
}

TEST_CASE("options of enqueue - are for the lines that do not say otherwise") {
  TestHost host;
  answer_jobs(host);
  host.input.str("{\"worker\":\"a\"}\n{\"worker\":\"a\",\"queue\":\"own\",\"scheduled_at\":7}\n");
  REQUIRE(host.run({"enqueue", "-", "--queue", "mail", "--in", "1m"}) == cli::exit_ok);
  CHECK(host.asked.at(0).body
        == "[{\"worker\":\"a\",\"delay_s\":60,\"queue\":\"mail\"},\n"
           "{\"worker\":\"a\",\"queue\":\"own\",\"scheduled_at\":7}]");
}

TEST_CASE("enqueue - sends payloads as they were written") {
  TestHost host;
  answer_jobs(host);
  const std::string line =
    R"(  {"worker":"a", "args": {"z":1.00, "a":12345678901234567890123, "b":"}"}}  )";
  host.input.str(line + "\r\n{}\n");
  (void)host.run({"enqueue", "-", "--priority", "2"});
  CHECK_THAT(host.asked.at(0).body,
             has(R"("args": {"z":1.00, "a":12345678901234567890123, "b":"}"})"));
  CHECK_THAT(host.asked.at(0).body, has(R"({ "priority":2})"));
}

TEST_CASE("a line that breaks a rule does not keep the others out") {
  TestHost host;
  answer_jobs(host);
  std::string lines;
  for (int i = 1; i <= 1'700; ++i)
    lines += (i == 7 || i == 8 || i == 1'000) ? "{\"worker\":\"\"}\n" : "{\"worker\":\"a\"}\n";
  host.input.str(lines);
  CHECK(host.run({"enqueue", "-"}) == cli::exit_failed);
  CHECK(host.said() == "1,697 jobs enqueued, 3 refused\n");
  CHECK(host.complained()
        == "zzz-jobs: line 7: worker: must not be empty\n"
           "zzz-jobs: line 8: worker: must not be empty\n"
           "zzz-jobs: line 1000: worker: must not be empty\n");
}

TEST_CASE("enqueue - says which lines are left when the node goes") {
  TestHost host;
  answer_jobs(host);
  const auto take = host.answers;
  auto failure = zzz_jobs::errc::unavailable;
  host.answers = [&](const ApiRequest& request) {
    if (host.asked.size() > 1)
      throw zzz_jobs::Error(failure, "the node is gone");
    return take(request);
  };
  std::string lines;
  for (int i = 0; i < 1'500; ++i)
    lines += "{\"worker\":\"a\"}\n";
  host.input.str(lines);
  CHECK(host.run({"enqueue", "-"}) == cli::exit_again);
  CHECK(host.complained()
        == "zzz-jobs: the node is gone; 1,000 jobs enqueued before, lines 1001 to 1500 not\n");
  failure = zzz_jobs::errc::in_doubt;
  host.input.clear();
  host.input.str(lines);
  CHECK(host.run({"enqueue", "-"}) == cli::exit_failed);
  CHECK_THAT(host.complained(), has("lines 1001 to 1500 perhaps"));
}

TEST_CASE("enqueue - shows its progress to people") {
  TestHost host;
  host.terminal_fd = 0;
  answer_jobs(host);
  host.input.str("{\"worker\":\"a\"}\nx\n");
  CHECK(host.run({"enqueue", "-"}) == cli::exit_failed);
  CHECK_THAT(host.complained(), has("\r\x1b[K1 job enqueued, "));
  CHECK_THAT(host.complained(), has("zzz-jobs: line 2: not JSON\n"));
  CHECK(host.complained().ends_with("\r\x1b[K"));
}

TEST_CASE("enqueue - takes no payload besides") {
  TestHost host;
  CHECK(host.run({"enqueue", "-", "{}"}) == cli::exit_usage);
}

} // namespace
