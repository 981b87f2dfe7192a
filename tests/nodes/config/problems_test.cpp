// What is wrong in a file: each rule, told with line, key and the nearest name.

#include "loaded.hpp"

#include "support/catch.hpp"

#include <zzz_jobs/config/errc.hpp>

#include <utility>

using namespace zzz_jobs;
using namespace zzz_jobs::node;
using namespace zzz_jobs::node::tests;
using support::has;

namespace {

using Texts = std::vector<std::string>;

struct Case {
  std::string text;
  std::string complaint;
};

void each_is_told(const std::vector<Case>& cases) {
  for (const auto& [text, complaint] : cases) {
    INFO(text);
    CHECK(complaints(text) == Texts{complaint});
  }
}

} // namespace

TEST_CASE("every problem of a file is told at once, in its order", "[node][config]") {
  const auto found = complaints(R"([nod]
name = "x"
[node]
pol_interval = "3s"
poll_interval = "3 s"
concurrency = 3
[[queue]]
name = "mail"
concurrency = 0
[[queue]]
name = "mail"
[[queue]]
concurrency = "x"
[log]
level = "debug"
)");
  CHECK(found
        == Texts{
          "file:1: nod: is no section; did you mean \"node\"?",
          "file:4: node.pol_interval: is no key of [node]; did you mean \"poll_interval\"?",
          "file:5: node.poll_interval: must be a duration such as \"500ms\", \"30s\", \"5m\", "
          "\"1h\" or \"2d\", or a number of milliseconds, got \"3 s\"",
          "file:6: node.concurrency: is no key of [node]; [[queue]] has one of this name",
          "file:9: queue.mail.concurrency: must be 1 to 10,000, got 0",
          "file:11: queue.mail.name: is there twice: names must differ",
          "file:12: queue[3].name: must be given",
          "file:13: queue[3].concurrency: must be a whole number of 1 to 10,000, got \"x\"",
          "file:15: log.level: must be info, warning or error, got \"debug\"",
        });
}

TEST_CASE("a file that is no TOML is told with the line, and nothing of what it holds",
          "[node][config]") {
  CHECK(complaints("[node]\nname = \n").size() == 1);
  const auto secret = complaints("[http]\ntoken = true-and-secret\n");
  REQUIRE(secret.size() == 1);
  CHECK_THAT(secret.front(), has("file:2: is no TOML: "));
  CHECK(secret.front().find("secret") == std::string::npos);
  CHECK_THAT(complaints("[store]\nurl = \"a\"\nurl = \"hidden\"\n").front(),
             has("file:3: is no TOML"));
  CHECK_THAT(complaints("name = \"\xFF\"\n").front(), has("is no TOML"));
  // A sign that is missing is the parser's own word.
  CHECK_THAT(complaints("[store\n").front(), has("expected ']'"));
}

TEST_CASE("a file that cannot be read is told", "[node][config]") {
  const NodeFile file{""};
  const auto missing = load_node_config({.file = file.folder() / "none.toml"});
  CHECK_FALSE(missing.holds());
  CHECK(complaints(missing) == Texts{"file: cannot be read: No such file or directory"});
  const auto folder = load_node_config({.file = file.folder()});
  CHECK(complaints(folder) == Texts{"file: cannot be read: it is a folder"});
  file.write("node.toml", std::string(4 * 1024 * 1024 + 1, '#'));
  CHECK(complaints(file.load()) == Texts{"file: must be at most 4194304 bytes"});
}

TEST_CASE("sections have their shape", "[node][config]") {
  each_is_told({
    {"[queue]\nname = \"a\"", "file:1: queue: may be there several times: write [[queue]]"},
    {"[[log]]\nlevel = \"info\"", "file:1: log: must be a table, there once: write [log]"},
    {"queue = [1]", "file:1: queue: may be there several times: write [[queue]]"},
    {"log = 3", "file:1: log: must be a table, there once: write [log]"},
    {"queues = []", "file:1: queues: is no section; did you mean \"queue\"?"},
    {"[entirely_else]", "file:1: entirely_else: is no section"},
  });
}

TEST_CASE("texts, numbers and choices are held to their rules", "[node][config]") {
  each_is_told({
    {"[node]\nname = 5", "file:2: node.name: must be a text, got 5"},
    {"[node]\nname = \"\"", "file:2: node.name: must not be empty"},
    {"[node]\nname = \"a\\u0000b\"", "file:2: node.name: must not contain NUL (at byte 1)"},
    {"[limits]\nname_bytes_max = 3\n[node]\nname = \"long\"",
     "file:4: node.name: must be at most 3 bytes, got 4"},
    {"[node]\nname = \"long\"\n[limits]\nname_bytes_max = 3",
     "file:2: node.name: must be at most 3 bytes, got 4"},
    {"[node]\nprefetch_max = 1.5",
     "file:2: node.prefetch_max: must be a whole number of 0 to 10,000, got 1.5"},
    {"[node]\nprefetch_max = -1", "file:2: node.prefetch_max: must be 0 to 10,000, got -1"},
    {"[node]\nprefetch_max = \"5\"",
     "file:2: node.prefetch_max: must be a whole number of 0 to 10,000, got \"5\""},
    {"[node]\nunknown_workers = \"drop\"",
     "file:2: node.unknown_workers: must be leave or discard, got \"drop\""},
    {"[store]\nmigrate = \"true\"\nkind = \"memory\"",
     "file:2: store.migrate: must be true or false, got \"true\""},
    {"[control]\non = 1", "file:2: control.on: must be true or false, got 1"},
    {"[[plugin]]\npath = [\"a\"]", "file:2: plugin[1].path: must be a text, got a list"},
    {"[[plugin]]", "file:1: plugin[1].path: must be given"},
  });
}

TEST_CASE("texts that are too long are told by their size, secret ones too", "[node][config]") {
  const auto x = [](std::size_t bytes) { return "\"" + std::string(bytes, 'x') + "\""; };
  each_is_told({
    {"[[plugin]]\npath = " + x(4097),
     "file:2: plugin[1].path: must be at most 4096 bytes, got 4097"},
    {"[store]\nkind = \"memory\"\nschema = " + x(64),
     "file:3: store.schema: must be at most 63 bytes, got 64"},
    {"[store]\nurl = \"postgresql:///" + std::string(16 * 1024, 'x') + "\"",
     "file:2: store.url: must be at most 16384 bytes, got 16398"},
    {"[http]\ntoken = " + x(1025), "file:2: http.token: must be at most 1024 bytes, got 1025"},
    {"[log]\nlevel = " + x(1234),
     "file:2: log.level: must be info, warning or error, got a text of 1,234 bytes"},
  });
}

TEST_CASE("durations and sizes are held to their rules", "[node][config]") {
  const std::string such =
    "must be a duration such as \"500ms\", \"30s\", \"5m\", \"1h\" or \"2d\", "
    "or a number of ";
  each_is_told({
    {"[node]\npoll_interval = \"1ms\"",
     "file:2: node.poll_interval: must be 10ms to 1h, got \"1ms\""},
    {"[node]\npoll_interval = 3600001",
     "file:2: node.poll_interval: must be 10ms to 1h, got 3,600,001 milliseconds"},
    {"[node]\npoll_interval = -9223372036854775808",
     "file:2: node.poll_interval: must be 10ms to 1h, got -9,223,372,036,854,775,808 milliseconds"},
    {"[node]\nrescue_after = \"1500ms\"",
     "file:2: node.rescue_after: must be whole seconds, got \"1500ms\""},
    {"[node]\nrescue_after = 9223372036854775807",
     "file:2: node.rescue_after: must be 1s to 365d, got 9,223,372,036,854,775,807 seconds"},
    {"[node]\nrescue_after = \"99999999999999999999d\"",
     "file:2: node.rescue_after: " + such + "seconds, got \"99999999999999999999d\""},
    {"[node]\nrescue_after = true", "file:2: node.rescue_after: " + such + "seconds, got true"},
    {"[retention]\ncompleted = \"never\"",
     "file:2: retention.completed: " + such + "seconds, got \"never\""},
    {"[limits]\nargs_bytes_max = \"1 pint\"",
     "file:2: limits.args_bytes_max: must be a size such as \"64KiB\", \"512MiB\" or \"2GiB\", or "
     "a "
     "number of bytes, got \"1 pint\""},
    {"[limits]\nargs_bytes_max = -1",
     "file:2: limits.args_bytes_max: must be a size such as \"64KiB\", \"512MiB\" or \"2GiB\", or "
     "a "
     "number of bytes, got -1"},
    {"[limits]\nargs_bytes_max = \"2GiB\"",
     "file:2: limits.args_bytes_max: must be 1B to 1GiB, got \"2GiB\""},
  });
}

TEST_CASE("workers are held to their rules, and no command is repeated", "[node][config]") {
  const std::string worker = "[[worker]]\nname = \"w\"\n";
  const std::string good = worker + "command = [\"true\"]\n";
  each_is_told({
    {worker, "file:1: worker.w.command: must be given"},
    {worker + "command = \"run --password hunter2\"",
     "file:3: worker.w.command: must be a list of texts such as [\"a\", \"b\"], got a text"},
    {worker + "command = [\"run\", 5]",
     "file:3: worker.w.command: must be a list of texts; item 2 is a number"},
    {worker + "command = []", "file:3: worker.w.command: must name a program, then its arguments"},
    {worker + "command = [\"\", \"x\"]",
     "file:3: worker.w.command: must name a program, then its arguments"},
    {worker + "command = [\"run\", \"hunter2\\u0000\"]",
     "file:3: worker.w.command: item 2 must not contain NUL (at byte 7)"},
    {good + "environment = { \"A-B\" = \"hunter2\" }",
     "file:4: worker.w.environment: names must be letters, digits and underscores, got \"A-B\""},
    {good + "environment = { ZZZ_JOB_ID = \"hunter2\" }",
     "file:4: worker.w.environment: names must not begin with ZZZ_JOB_, which the node sets, got "
     "\"ZZZ_JOB_ID\""},
    {good + "environment = { A = 5 }",
     "file:4: worker.w.environment: \"A\" must be a text, got a number"},
    {good + "environment = { A = \"hunter2\\u0000\" }",
     "file:4: worker.w.environment: \"A\" must not contain NUL (at byte 7)"},
    {good + "environment = { A = \"" + std::string(65537, 'x') + "\" }",
     "file:4: worker.w.environment: \"A\" must be at most 65536 bytes, got 65537"},
    {good + "environment = [\"A=1\"]",
     "file:4: worker.w.environment: must be a table of texts such as { NAME = \"text\" }, got a "
     "list"},
    {good + "retry = \"random\"",
     "file:4: worker.w.retry: must be exponential, linear or constant, got \"random\""},
    {good + "memory_max = 1000", "file:4: worker.w.memory_max: must be 1MiB to 1024TiB, got 1000"},
    {good + good, "file:5: worker.w.name: is there twice: names must differ"},
  });
}

TEST_CASE("cron entries are held to their rules", "[node][config]") {
  const std::string cron = "[[cron]]\nname = \"c\"\nworker = \"w\"\n";
  const std::string good = cron + "expression = \"@hourly\"\n";
  each_is_told({
    {cron, "file:1: cron.c.expression: must be given"},
    {cron + "expression = \"61 * * * *\"",
     "file:4: cron.c.expression: cron \"61 * * * *\": minute must be 0..59, got 61"},
    {good + "zone = \"Europe/Berln\"",
     "file:5: cron.c.zone: time zone must be in the tz database, got \"Europe/Berln\""},
    {good + "missed = \"some\"",
     "file:5: cron.c.missed: must be skip, latest or all, got \"some\""},
    {good + "args = [1.5, inf]",
     "file:5: cron.c.args: must hold no infinite number, which JSON has not"},
    {"[limits]\nargs_bytes_max = 2\n" + good + "args = [1]",
     "file:7: cron.c.args: must be at most 2 bytes, got 3"},
    {"[limits]\nunique_key_bytes_max = 2\n" + good + "unique_key = \"abc\"",
     "file:7: cron.c.unique_key: must be at most 2 bytes, got 3"},
    {good + good, "file:6: cron.c.name: is there twice: names must differ"},
  });
}

TEST_CASE("require_valid throws every problem, a line each", "[node][config]") {
  const NodeFile file{"[node]\nname = 5\n[log]\nlevel = 1\n"};
  const auto loaded = file.load();
  try {
    require_valid(loaded);
    FAIL("it held");
  } catch (const Error& error) {
    CHECK(error.code() == errc::invalid_argument);
    const auto path = file.path().string();
    CHECK(error.what()
          == path + ":2: node.name: must be a text, got 5\n" + path
            + ":4: log.level: must be info, warning or error, got 1");
  }
  CHECK_NOTHROW(require_valid(load_node_config({})));
}

TEST_CASE("what would steer a terminal is not repeated", "[node][config]") {
  CHECK(complaints("[node]\n\"\\u001b[31mred\" = 1")
        == Texts{"file:2: node..[31mred: is no key of [node]"});
}
