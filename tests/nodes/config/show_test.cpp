// The configuration as it counts, and where a node's things are.

#include "loaded.hpp"

#include "support/catch.hpp"

#include <zzz_jobs/config/node/show.hpp>

#include <nlohmann/json.hpp>

#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>

using namespace zzz_jobs;
using namespace zzz_jobs::node;
using namespace zzz_jobs::node::tests;
using support::has;

namespace {

using Texts = std::vector<std::string>;

const std::string some_of_all = R"([node]
name = "a \"quoted\" name"
[store]
path = "jobs.db"
[[queue]]
name = "mail"
poll_interval = "90s"
[[worker]]
name = "w"
command = ["sh", "-c", "echo \"\u007f\""]
memory_max = "1GiB"
retry = "constant"
[[plugin]]
path = "/opt/p.so"
[[cron]]
name = "c"
worker = "w"
expression = "@daily"
args = { a = [1, true, "x"] }
[cluster]
listen = "127.0.0.1:1"
[http]
listen = "127.0.0.1:2"
[retention]
completed = "forever"
discarded_count = 5
)";

} // namespace

TEST_CASE("what is shown can be read again and means the same", "[node][config]") {
  const NodeFile file{some_of_all};
  const auto loaded = file.load();
  CHECK(complaints(loaded) == Texts{});
  for (const bool origin : {false, true}) {
    const auto again = NodeFile{show_config(loaded, {.origin = origin})}.load();
    CHECK(complaints(again) == Texts{});
    CHECK(complaints(again, true) == Texts{});
    CHECK(changed_keys(loaded.config, again.config) == Texts{});
  }
}

TEST_CASE("every value is shown with who said it", "[node][config]") {
  const NodeFile file{some_of_all};
  const auto shown = show_config(
    file.load({{"ZZZ_JOBS_LOG_LEVEL", "error"}}, {"http.listen=[::1]:3"}), {.origin = true});
  const auto line = [&](const std::string& begin) {
    const auto at = shown.find("\n" + begin);
    REQUIRE(at != std::string::npos);
    return shown.substr(at + 1, shown.find('\n', at + 1) - at - 1);
  };
  CHECK_THAT(line("name = \"mail\""), has("# " + file.path().string() + ":6"));
  CHECK_THAT(line("concurrency = 10"), has("# default"));
  CHECK_THAT(line("level = \"error\""), has("# ZZZ_JOBS_LOG_LEVEL"));
  CHECK_THAT(line("listen = \"[::1]:3\""), has("# flag http.listen"));
  CHECK_THAT(line("kind = \"sqlite\""), has("# " + file.path().string() + ":4"));
  CHECK(shown.find("lease") == std::string::npos); // of another kind of store
}

TEST_CASE("JSON has the same values", "[node][config]") {
  using Json = nlohmann::json;
  const NodeFile file{some_of_all};
  const auto plain = Json::parse(show_config(file.load(), {.json = true}));
  CHECK(plain["queue"]
        == Json::parse(R"([{"name": "mail", "concurrency": 10, "poll_interval": "90s",
                                           "direct_start": true}])"));
  CHECK(plain["worker"][0]["command"] == Json({"sh", "-c", "echo \"\x7F\""}));
  CHECK(plain["retention"]["completed"] == "forever");
  CHECK(plain["retention"]["discarded_count"] == 5);
  CHECK(plain["store"]["kind"] == "sqlite");
  const auto full = Json::parse(show_config(file.load(), {.origin = true, .json = true}));
  CHECK(full["queue"][0]["name"]
        == Json({{"value", "mail"}, {"origin", file.path().string() + ":6"}}));
  CHECK(full["log"]["level"] == Json({{"value", "info"}, {"origin", "default"}}));
}

TEST_CASE("a file that was read again says what has changed", "[node][config]") {
  NodeFile file{some_of_all};
  const auto before = file.load().config;
  file.write("node.toml",
             some_of_all + "[log]\nlevel = \"error\"\n[limits]\nargs_bytes_max = 5000\n");
  CHECK(changed_keys(before, file.load().config) == Texts{"limits.args_bytes_max", "log.level"});
  const auto more = file.load({}, {"queue.mail.concurrency=3", "worker.w.memory_max="}).config;
  CHECK(changed_keys(before, more)
        == Texts{"limits.args_bytes_max", "log.level", "queue.mail.concurrency",
                 "worker.w.memory_max"});
}

TEST_CASE("the control socket has its place", "[node][config]") {
  const auto place = [](const std::string& text,
                        const std::map<std::string, std::string>& variables) {
    return default_control_socket(NodeFile{text}.load().config, variables).string();
  };
  const std::string named = "[node]\nname = \"a/b c\"\n";
  CHECK(place("[control]\nsocket = \"/x/y\"", {}) == "/x/y");
  CHECK(place("[store]\npath = \"/x/jobs.db\"", {}) == "/x/jobs.db.sock");
  CHECK(place(named + "[store]\npath = \"/" + std::string(120, 'x') + "\"",
              {{"RUNTIME_DIRECTORY", "/run/z"}})
        == "/run/z/a_b_c.sock");
  CHECK(place(named, {{"RUNTIME_DIRECTORY", "/run/z:/run/y"}, {"XDG_RUNTIME_DIR", "/run/user/1"}})
        == "/run/z/a_b_c.sock");
  struct stat service {};
  const bool own = stat("/run/zzz-jobs", &service) == 0 && service.st_uid == geteuid();
  const bool as_service = geteuid() == 0 || own;
  CHECK(place(named, {{"XDG_RUNTIME_DIR", "/run/user/1"}})
        == (as_service ? "/run/zzz-jobs/a_b_c.sock" : "/run/user/1/zzz-jobs/a_b_c.sock"));
  CHECK(
    place(named, {})
    == (as_service ? std::string{"/run/zzz-jobs"} : "/tmp/zzz-jobs-" + std::to_string(geteuid()))
      + "/a_b_c.sock");
}

TEST_CASE("the file that is read by default is the one that a variable names", "[node][config]") {
  CHECK(default_config_file({{"ZZZ_JOBS_CONFIG", "/x/y.toml"}}) == "/x/y.toml");
}

TEST_CASE("the process's own variables are known", "[node][config]") {
  REQUIRE(setenv("ZZZ_JOBS_TEST_OF_VARIABLES", "a=b", 1) == 0);
  CHECK(process_environment().at("ZZZ_JOBS_TEST_OF_VARIABLES") == "a=b");
  CHECK(unsetenv("ZZZ_JOBS_TEST_OF_VARIABLES") == 0);
}

TEST_CASE("a supervisor gets the node's keys", "[node][config]") {
  const auto loaded = NodeFile{R"(
[node]
poll_interval = "20ms"
shutdown_timeout = "3s"
stop_grace = "4s"
store_timeout = "5s"
unknown_workers = "discard"
rescue_after = "6s"
rescue_interval = "7s"
prune_interval = "8s"
prefetch_max = 9
scheduler_threads = 10
[retention]
completed_count = 11
[limits]
args_bytes_max = 12
)"}
                        .load();
  CHECK(complaints(loaded) == Texts{});
  const auto made = supervisor_config_of(loaded.config);
  using namespace std::chrono_literals;
  CHECK(made.queues.size() == 1);
  CHECK(made.poll_interval == 20ms);
  CHECK(made.shutdown_timeout == 3s);
  CHECK(made.stop_grace == 4s);
  CHECK(made.store_timeout == 5s);
  CHECK(made.unknown_workers == UnknownWorkers::discard);
  CHECK(made.rescue_after == 6s);
  CHECK(made.rescue_interval == 7s);
  CHECK(made.prune_interval == 8s);
  CHECK(made.prefetch_max == 9);
  CHECK(made.scheduler_threads == 10);
  CHECK(made.retention.completed.count == 11);
  CHECK(made.limits.args_bytes_max == 12);
}
