// Variables and flags on top of a file.

#include "loaded.hpp"

#include "support/catch.hpp"

using namespace zzz_jobs;
using namespace zzz_jobs::node;
using namespace zzz_jobs::node::tests;
using namespace std::chrono_literals;

namespace {

using Texts = std::vector<std::string>;
using Variables = std::map<std::string, std::string>;

const std::string two_queues =
  "[store]\nkind = \"memory\"\n[[queue]]\nname = \"mail\"\nconcurrency "
  "= 1\n[[queue]]\nname = \"mail.eu-west\"\n";

NodeConfig without_file(const Variables& variables, const Texts& flags = {}) {
  const auto loaded = load_node_config({.environment = variables, .flags = flags});
  CHECK(complaints(loaded) == Texts{});
  return loaded.config;
}

} // namespace

TEST_CASE("a variable counts more than the file, a flag more than both", "[node][config]") {
  const NodeFile file{two_queues};
  const Variables variable{{"ZZZ_JOBS_QUEUE_MAIL_CONCURRENCY", "2"}};
  CHECK(file.load().config.queues[0].concurrency == 1);
  CHECK(file.load(variable).config.queues[0].concurrency == 2);
  const auto loaded = file.load(variable, {"queue.mail.concurrency=3"});
  CHECK(loaded.config.queues[0].concurrency == 3);
  CHECK(text_of(loaded.origins.at("queue.mail.concurrency")) == "flag queue.mail.concurrency");
  CHECK(text_of(file.load(variable).origins.at("queue.mail.concurrency"))
        == "ZZZ_JOBS_QUEUE_MAIL_CONCURRENCY");
  CHECK(text_of(file.load().origins.at("queue.mail.concurrency")) == file.path().string() + ":5");
}

TEST_CASE("names with dots and dashes can be said in both", "[node][config]") {
  const NodeFile file{two_queues};
  CHECK(file.load({{"ZZZ_JOBS_QUEUE_MAIL_EU_WEST_POLL_INTERVAL", "20ms"}})
          .config.queues[1]
          .poll_interval
        == 20ms);
  CHECK(file.load({}, {"queue.mail.eu-west.poll_interval=30"}).config.queues[1].poll_interval
        == 30ms);
}

TEST_CASE("variables and flags write every type as it is", "[node][config]") {
  const auto config = without_file(
    {{"ZZZ_JOBS_NODE_SHUTDOWN_TIMEOUT", "1500"},
     {"ZZZ_JOBS_NODE_RESCUE_AFTER", "2m"},
     {"ZZZ_JOBS_LIMITS_ARGS_BYTES_MAX", "2MiB"},
     {"ZZZ_JOBS_LIMITS_RESULT_BYTES_MAX", "5000"},
     {"ZZZ_JOBS_CONTROL_ON", "false"},
     {"ZZZ_JOBS_LOG_FORMAT", "json"},
     {"ZZZ_JOBS_RETENTION_COMPLETED", "forever"},
     {"ZZZ_JOBS_WORKER_HELLO_COMMAND", R"(["echo", "a b"])"},
     {"ZZZ_JOBS_WORKER_HELLO_ENVIRONMENT", "{ A = \"1\" }"},
     {"ZZZ_JOBS_PLUGIN_1_PATH", "/opt/a.so"}},
    {"worker.hello.delete_completed=1", "worker.bye.command=date", "cron.c.worker=hello",
     "cron.c.expression=@daily", "cron.c.args=[1]", "store=zzz://127.0.0.1:1,zzz://127.0.0.1:2"});
  CHECK(config.shutdown_timeout == 1500ms);
  CHECK(config.rescue_after == 2min);
  CHECK(config.limits.args_bytes_max == 2U * 1024 * 1024);
  CHECK(config.limits.result_bytes_max == 5000);
  CHECK_FALSE(config.control.on);
  CHECK(config.log.format == "json");
  CHECK_FALSE(config.retention.completed.age);
  REQUIRE(config.workers.size() == 2);
  CHECK(config.workers[0].name == "hello");
  CHECK(config.workers[0].command == Texts{"echo", "a b"});
  CHECK(config.workers[0].environment.size() == 1);
  CHECK(config.workers[0].delete_completed);
  CHECK(config.workers[1].command == Texts{"date"});
  REQUIRE(config.plugins.size() == 1);
  CHECK(config.plugins[0].path == "/opt/a.so");
  REQUIRE(config.crons.size() == 1);
  CHECK(config.crons[0].args == "[1]");
  CHECK(config.store.kind == StoreKind::gateway);
  CHECK(config.store.gateways == Texts{"zzz://127.0.0.1:1", "zzz://127.0.0.1:2"});
}

TEST_CASE("entries are made where the file has none of their kind, else changed only",
          "[node][config]") {
  const auto made =
    without_file({{"ZZZ_JOBS_QUEUE_BULK_MAIL_CONCURRENCY", "2"}}, {"queue.mail.poll_interval=1s"});
  REQUIRE(made.queues.size() == 2);
  CHECK(made.queues[0].name == "bulk_mail");
  CHECK(made.queues[0].concurrency == 2);
  CHECK(made.queues[1].name == "mail");

  Variables plugins;
  for (int number = 1; number <= 12; ++number)
    plugins["ZZZ_JOBS_PLUGIN_" + std::to_string(number) + "_PATH"] =
      "/opt/" + std::to_string(number) + ".so";
  CHECK(without_file(plugins).plugins.size() == 12);

  const NodeFile file{two_queues};
  CHECK(complaints(file.load({}, {"queue.mial.concurrency=2"}))
        == Texts{"flag queue.mial.concurrency: there is no [[queue]] \"mial\"; did you mean "
                 "\"mail\"?"});
  const auto unknown = file.load({{"ZZZ_JOBS_QUEUE_MIAL_CONCURRENCY", "2"}});
  CHECK(unknown.holds());
  CHECK(complaints(unknown, true)
        == Texts{"ZZZ_JOBS_QUEUE_MIAL_CONCURRENCY: sets no key of this configuration; did you mean "
                 "\"ZZZ_JOBS_QUEUE_MAIL_CONCURRENCY\"?"});
}

TEST_CASE("a flag without a value takes the file's away", "[node][config]") {
  const NodeFile file{two_queues};
  CHECK(file.load({}, {"queue.mail.concurrency="}).config.queues[0].concurrency == 10);
  CHECK(complaints(file.load({}, {"queue.mail.name="}))
        == Texts{"file:3: queue[1].name: must be given"});
  CHECK(complaints(file.load({}, {"queue.mail.nme="}))
        == Texts{"flag queue.mail.nme: is no key of [[queue]]; did you mean \"name\"?"});
}

TEST_CASE("a store can be said in short", "[node][config]") {
  for (const auto& config : {without_file({{"ZZZ_JOBS_STORE", "zzz://127.0.0.1:1"}}),
                             without_file({}, {"store=zzz://127.0.0.1:1"}),
                             NodeFile{"store = \"zzz://127.0.0.1:1\""}.load().config})
    CHECK(config.store.gateways == Texts{"zzz://127.0.0.1:1"});
}

TEST_CASE("an empty variable counts as unset", "[node][config]") {
  CHECK(NodeFile{two_queues}
          .load({{"ZZZ_JOBS_QUEUE_MAIL_CONCURRENCY", ""}})
          .config.queues[0]
          .concurrency
        == 1);
}

TEST_CASE("a value that breaks a rule is told with who said it", "[node][config]") {
  const NodeFile file{two_queues};
  CHECK(
    complaints(file.load({{"ZZZ_JOBS_QUEUE_MAIL_CONCURRENCY", "0"}, {"ZZZ_JOBS_LOG_LEVEL", "loud"}},
                         {"node.poll_interval=soon", "control.on=maybe"}))
    == Texts{"ZZZ_JOBS_LOG_LEVEL: log.level: must be info, warning or error, got \"loud\"",
             "ZZZ_JOBS_QUEUE_MAIL_CONCURRENCY: queue.mail.concurrency: must be 1 to 10,000, got "
             "0",
             "flag node.poll_interval: must be a duration such as \"500ms\", \"30s\", \"5m\", "
             "\"1h\" or \"2d\", or a number of milliseconds, got \"soon\"",
             "flag control.on: must be true or false, got \"maybe\""});
}

TEST_CASE("flags are told their shape, and never their value", "[node][config]") {
  const auto told = [](const std::string& flag) {
    return complaints(load_node_config({.flags = {flag}}));
  };
  CHECK(told("http.token") == Texts{"flag http.token: must be written SECTION.KEY=VALUE"});
  CHECK(told("http.token: hunter2") == Texts{"flag http.token: must be written SECTION.KEY=VALUE"});
  CHECK(told("=x") == Texts{"flag : must be written SECTION.KEY=VALUE"});
  CHECK(told("node.=x") == Texts{"flag node.: must be written SECTION.KEY=VALUE"});
  CHECK(told("nod.name=x")
        == Texts{"flag nod.name: there is no section \"nod\"; did you mean \"node\"?"});
  CHECK(told("node.a.name=x") == Texts{"flag node.a.name: [node] is there once: write node.name"});
  CHECK(told("queue.concurrency=2")
        == Texts{"flag queue.concurrency: does not say which: write queue.NAME.concurrency"});
  CHECK(told("http.tokn=hunter2")
        == Texts{"flag http.tokn: is no key of [http]; did you mean \"token\"?"});
  CHECK(
    told("store.url=mysql://u:hunter2@h/d")
    == Texts{"flag store.url: must begin with postgresql:// or zzz://, or be a libpq connection "
             "string"});
  CHECK(told("worker.w.command=[\"x\", hunter2")
        == Texts{"flag worker.w.command: must be a list of texts such as [\"a\", \"b\"], got "
                 "nothing"});
}

TEST_CASE("a variable that stands for two keys is refused", "[node][config]") {
  const NodeFile file{"[[queue]]\nname = \"a-b\"\n[[queue]]\nname = \"a.b\"\n"};
  CHECK(complaints(file.load({{"ZZZ_JOBS_QUEUE_A_B_CONCURRENCY", "2"}}))
        == Texts{"ZZZ_JOBS_QUEUE_A_B_CONCURRENCY: stands for more than one key: entries' names "
                 "differ only in what a variable cannot show; use a flag"});
}

TEST_CASE("other variables with the prefix are let alone", "[node][config]") {
  const auto loaded = load_node_config({.environment = {{"ZZZ_JOBS_CONFIG", "x.toml"},
                                                        {"ZZZ_JOBS_LONG", "1"},
                                                        {"ZZZ_JOBS_SERVICE_HOST", "127.0.0.1"},
                                                        {"ZZZ_JOBS_HTTP_PORT", "tcp://127.0.0.1:1"},
                                                        {"HOME", "/"}}});
  CHECK(loaded.holds());
  CHECK(complaints(loaded, true)
        == Texts{"ZZZ_JOBS_HTTP_PORT: sets no key of this configuration",
                 "store: is not given: jobs are kept in memory and end with the node"});
}
