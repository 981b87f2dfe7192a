#include "nodes/control/asking.hpp"
#include "support/catch.hpp"

using namespace zzz_jobs;
using namespace zzz_jobs::node::tests;
using zzz_jobs::support::has;

TEST_CASE("a job is enqueued with every option, and shown", "[control]") {
  Node node;
  const auto done = post(node.api, "/jobs",
                         R"({"worker": "mailer", "args": "{\"to\": 1}", "queue": "mail",
                             "priority": -3, "max_attempts": 7, "scheduled_at": 4000000000,
                             "unique_key": "k", "unique_strategy": "ignore_new",
                             "timeout_s": 12})");
  REQUIRE(done.status == 201);
  CHECK(done.json.at("state") == "scheduled");
  CHECK(done.json.at("conflict") == false);
  const auto id = done.json.at("id").get<std::int64_t>();

  const auto shown = get(node.api, "/jobs/" + std::to_string(id));
  REQUIRE(shown.status == 200);
  auto job = shown.json;
  CHECK(job.at("inserted_at").get<std::int64_t>() > 1'700'000'000);
  job.erase("inserted_at");
  CHECK(job
        == Json::parse(R"({"id": )" + std::to_string(id)
                       + R"(, "state": "scheduled", "queue": "mail", "worker": "mailer",
                           "args": "{\"to\": 1}", "priority": -3, "attempt": 0, "max_attempts": 7,
                           "free_attempts": 0, "timeout_s": 12, "scheduled_at": 4000000000,
                           "attempted_at": null, "completed_at": null, "errors": [],
                           "unique_key": "k", "result": null, "progress": null,
                           "progress_note": null, "node": null})"));

  const auto again = post(node.api, "/jobs", R"({"worker": "mailer", "unique_key": "k"})");
  CHECK(again.status == 200);
  CHECK(again.json.at("conflict") == true);
  CHECK(again.json.at("id") == id);
}

TEST_CASE("args that are no string are kept as they were written", "[control]") {
  Node node;
  const auto args_of = [&](const std::string& body) {
    return get(node.api, "/jobs/" + std::to_string(node.enqueue(body))).json.at("args");
  };
  CHECK(args_of(R"({"worker": "w", "args": {"b": 1, "a": 123456789012345678901234567890}})")
        == R"({"b": 1, "a": 123456789012345678901234567890})");
  CHECK(args_of(R"({"args":[1.50, "}]\"" ] ,"worker":"w"})") == R"([1.50, "}]\"" ])");
  CHECK(args_of(R"({"worker": "w", "args": 1.0e+300})") == "1.0e+300");
  CHECK(args_of(R"({"worker": "w", "\u0061rgs": true})") == "true");
  CHECK(args_of(R"({"worker": "w", "args": null})") == "");
  CHECK(args_of(R"({"worker": "w"})") == "");
}

TEST_CASE("many jobs come as an array or as lines", "[control]") {
  Node node;
  const std::string first = R"({"worker": "w", "args": "1", "unique_key": "k"})";
  const std::string second = R"({"worker": "w", "args": {"two": 2}, "unique_key": "k"})";
  const auto body = GENERATE_COPY(
    values<std::string>({"[" + first + ", " + second + "]", first + "\n" + second + "\n",
                         "\n" + first + "\r\n\n" + second}));
  const auto done = post(node.api, "/jobs", body);
  REQUIRE(done.status == 201);
  const auto& jobs = done.json.at("jobs");
  REQUIRE(jobs.size() == 2);
  CHECK(jobs[0].at("conflict") == false);
  CHECK(jobs[1].at("conflict") == true);
  CHECK(jobs[1].at("id") == jobs[0].at("id"));
}

TEST_CASE("one line that ends is a line, an object is one over several", "[control]") {
  Node node;
  const std::string job = R"({"worker": "w"})";
  CHECK(post(node.api, "/jobs", job + "\n").json.at("jobs").size() == 1);
  CHECK(post(node.api, "/jobs", job).json.contains("id"));
  CHECK(post(node.api, "/jobs", "{\n\"worker\":\n\"w\"}\n").json.contains("id"));
}

TEST_CASE("an enqueue that breaks a rule is refused with the field and the rule", "[control]") {
  Node node;
  const auto [body, status, text] = GENERATE(table<std::string, int, std::string>({
    {"", 400, "body: must have a job"},
    {"{", 400, "body: must be JSON: "},
    {"7", 400, "must be a JSON object"},
    {"{}", 400, "worker: must be given"},
    {R"({"worker": 7})", 400, "worker: must be a string, got 7"},
    {R"({"worker": ""})", 400, "worker"},
    {R"({"worker": "w", "queue": ["x"]})", 400, "queue: must be a string, got array"},
    {R"({"worker": "w", "queu": "x"})", 400, "no such key \"queu\"; there are args, delay_s"},
    {R"({"worker": "w", "priority": "high"})", 400,
     "priority: must be an integer from -2147483648 to 2147483647, got \"high\""},
    {R"({"worker": "w", "priority": 3000000000})", 400, "priority: must be an integer from"},
    {R"({"worker": "w", "priority": 18446744073709551615})", 400, "priority: must be an integer"},
    {R"({"worker": "w", "priority": 1.5})", 400, "priority: must be an integer"},
    {R"({"worker": "w", "max_attempts": 0})", 400, "max_attempts"},
    {R"({"worker": "w", "timeout_s": 0})", 400, "timeout"},
    {R"({"worker": "w", "delay_s": -1})", 400, "delay_s: must be an integer from 0"},
    {R"({"worker": "w", "delay_s": 1, "scheduled_at": 5})", 400, "delay"},
    {R"({"worker": "w", "scheduled_at": 9223372036854775807})", 400, "scheduled_at: must be"},
    {R"({"worker": "w", "unique_strategy": "x"})", 400, "unique_strategy: must be \"ignore_new\""},
    {R"({"worker": "w", "unique_key": ""})", 400, "unique_key"},
    {"{\"worker\": \"w\", \"args\": \"\xff\"}", 400, "must be JSON"},
    {R"({"worker": "w", "args": 1e400})", 400, "must be JSON: number overflow"},
    {R"({"worker": "w", "args": "a\u0000b"})", 400, "args"},
    {R"({"worker": ")" + std::string(300, 'w') + "\"}", 413, "worker"},
    {R"([{"worker": "w"}, {"worker": "w", "priority": "x"}])", 400, "job 2: priority: must be"},
    {R"([{"worker": "w"}, {"worker": "w", "max_attempts": 0}])", 400, "job 2: max_attempts"},
    {"{\"worker\": \"w\"}\n{\"worker\": \"w\"}\n{\"worker\"", 400, "job 3: must be JSON"},
    {"[" + std::string(100, '[') + std::string(100, ']') + "]", 400, "must nest at most 64 deep"},
  }));
  CAPTURE(body);
  const auto refused = post(node.api, "/jobs", body);
  CHECK(refused.status == status);
  CHECK_THAT(refused.error(), has(text));
  CHECK(refused.code() == (status == 413 ? "too_large" : "invalid_argument"));
  CHECK(node.supervisor.counts().empty()); // not even those before it
}

TEST_CASE("a request enqueues at most 1,000 jobs", "[control]") {
  Node node;
  std::string body;
  for (int i = 0; i < 1000; ++i)
    body += "{\"worker\": \"w\"}\n";
  CHECK(post(node.api, "/jobs", body).json.at("jobs").size() == 1000);
  const auto refused = post(node.api, "/jobs", body + "{\"worker\": \"w\"}\n");
  CHECK(refused.status == 413);
  CHECK_THAT(refused.error(), has("at most 1000 jobs"));
  CHECK(node.supervisor.count_by_state("default", JobState::available) == 1000);
}

TEST_CASE("a full store refuses jobs one by one", "[control]") {
  MemorySupervisor supervisor({.capacity = 2}, support::quick());
  node::Api api({.supervisor = supervisor});
  const auto many = post(api, "/jobs", R"([{"worker":"w"},{"worker":"w"},{"worker":"w"}])");
  REQUIRE(many.status == 201);
  CHECK(many.json.at("jobs")[1].at("id") == 2);
  CHECK(many.json.at("jobs")[2].at("id").is_null());
  CHECK(many.json.at("jobs")[2].at("code") == "store_full");
  const auto one = post(api, "/jobs", R"({"worker":"w"})");
  CHECK(one.status == 507);
  CHECK(one.code() == "store_full");
}

TEST_CASE("jobs are listed by filter, in both orders, page by page", "[control]") {
  Node node;
  for (int i = 1; i <= 250; ++i)
    node.enqueue(i % 2 == 0 ? R"({"worker": "even", "queue": "a"})"
                            : R"({"worker": "odd", "queue": "b"})");
  const auto ids = [](const Answered& page) {
    std::vector<std::int64_t> all;
    for (const auto& job : page.json.at("jobs"))
      all.push_back(job.at("id"));
    return all;
  };
  const auto first = get(node.api, "/jobs", {{"limit", "3"}});
  CHECK(ids(first) == std::vector<std::int64_t>{1, 2, 3});
  CHECK(first.json.at("next_after") == 3);
  const auto newest =
    get(node.api, "/jobs", {{"limit", "2"}, {"order", "newest"}, {"worker", "even"}});
  CHECK(ids(newest) == std::vector<std::int64_t>{250, 248});
  const auto next = get(
    node.api, "/jobs", {{"limit", "2"}, {"order", "newest"}, {"worker", "even"}, {"after", "248"}});
  CHECK(ids(next) == std::vector<std::int64_t>{246, 244});
  const auto all = get(node.api, "/jobs", {{"limit", "10000"}, {"queue", "b"}});
  CHECK(ids(all).size() == 125); // more than the store is asked for at a time
  CHECK(all.json.at("next_after").is_null());
  CHECK(ids(get(node.api, "/jobs", {{"state", "completed"}})).empty());
  CHECK(ids(get(node.api, "/jobs", {{"queue", "a"}, {"worker", "odd"}})).empty());
}

TEST_CASE("a page of large jobs ends early and says how to go on", "[control]") {
  Node node;
  const std::string args(900'000, 'x');
  for (int i = 0; i < 120; ++i)
    node.supervisor.enqueue("w", args);
  auto page = get(node.api, "/jobs", {{"limit", "10000"}});
  CHECK(page.json.at("jobs").size() == 100);
  REQUIRE(page.json.at("next_after") == 100);
  page = get(node.api, "/jobs", {{"limit", "10000"}, {"after", "100"}});
  CHECK(page.json.at("jobs").size() == 20);
  CHECK(page.json.at("next_after").is_null());
}

TEST_CASE("a query that breaks a rule is refused", "[control]") {
  Node node;
  const auto [key, value, text] = GENERATE(table<std::string, std::string, std::string>({
    {"state", "done", "state: must be one of available, executing"},
    {"limit", "0", "limit: must be an integer from 1 to 10000, got \"0\""},
    {"limit", "ten", "limit: must be"},
    {"after", "-1", "after: must be"},
    {"after", "99999999999999999999", "after: must be"},
    {"order", "up", "order: must be oldest or newest, got \"up\""},
    {"stat", "available", "no such query key \"stat\"; there are after, limit"},
  }));
  const auto refused = get(node.api, "/jobs", {{key, value}});
  CHECK(refused.status == 400);
  CHECK(refused.code() == "invalid_argument");
  CHECK_THAT(refused.error(), has(text));
}

TEST_CASE("jobs are cancelled, retried and deleted, or it is said why not", "[control]") {
  Node node;
  const auto path = "/jobs/" + std::to_string(node.enqueue(R"({"worker": "w"})"));
  const auto cancelled = post(node.api, path + "/cancel");
  CHECK(cancelled.status == 200);
  CHECK(cancelled.json == Json{{"id", 1}, {"was", "available"}});
  CHECK(get(node.api, path).json.at("state") == "cancelled");
  const auto again = post(node.api, path + "/cancel");
  CHECK(again.status == 409);
  CHECK(again.code() == "not_allowed");
  CHECK_THAT(again.error(), has("it is cancelled"));
  CHECK(post(node.api, path + "/retry").json.at("was") == "cancelled");
  CHECK(get(node.api, path).json.at("state") == "available");
  CHECK(ask(node.api, "DELETE", path).json.at("was") == "available");
  CHECK(get(node.api, path).status == 404);
  CHECK(post(node.api, path + "/retry").code() == "job_not_found");
  CHECK(ask(node.api, "DELETE", path).status == 404);
}

TEST_CASE("a retry gives way to a live job with its unique key", "[control]") {
  Node node;
  const auto first = node.enqueue(R"({"worker": "w", "unique_key": "k"})");
  post(node.api, "/jobs/" + std::to_string(first) + "/cancel");
  node.enqueue(R"({"worker": "w", "unique_key": "k"})");
  const auto refused = post(node.api, "/jobs/" + std::to_string(first) + "/retry");
  CHECK(refused.status == 409);
  CHECK(refused.code() == "conflict");
}

TEST_CASE("what there is not is said", "[control]") {
  Node node;
  CHECK(get(node.api, "/jobs/x").status == 400);
  CHECK(get(node.api, "/jobs/0").status == 400);
  CHECK(get(node.api, "/jobs/99999999999999999999").status == 400);
  CHECK(get(node.api, "/jobs/7").status == 404);
  CHECK(get(node.api, "/nothing").code() == "not_found");
  CHECK(ask(node.api, "PUT", "/jobs").status == 405);
  CHECK(ask(node.api, "PUT", "/jobs").code() == "method_not_allowed");
  CHECK(node.api.call({.method = "GET", .path = "/"}).status == 404);
}

TEST_CASE("a body beyond the limit is refused", "[control]") {
  MemorySupervisor supervisor({}, support::quick());
  node::Api api({.supervisor = supervisor, .body_bytes_max = 100});
  const auto refused = post(api, "/jobs", std::string(101, ' '));
  CHECK(refused.status == 413);
  CHECK(refused.error() == "body: must be at most 100 bytes, got 101");
}

TEST_CASE("a stopped supervisor's jobs can be looked at, and none put in", "[control]") {
  Node node;
  node.enqueue(R"({"worker": "w"})");
  node.supervisor.stop();
  CHECK(get(node.api, "/jobs/1").status == 200);
  const auto refused = post(node.api, "/jobs", R"({"worker": "w"})");
  CHECK(refused.status == 409);
  CHECK(refused.code() == "not_allowed");
}
