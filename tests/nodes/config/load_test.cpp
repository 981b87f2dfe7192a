#include "loaded.hpp"

#include "support/catch.hpp"

#include <zzz_jobs/config/errc.hpp>

using namespace zzz_jobs;
using namespace zzz_jobs::node;
using namespace zzz_jobs::node::tests;
using namespace std::chrono_literals;
using support::has;

using Texts = std::vector<std::string>;

namespace {

/// Reads without a complaint, or fails.
NodeConfig config_of(const NodeFile& file) {
  const auto loaded = file.load();
  CHECK(complaints(loaded) == Texts{});
  REQUIRE(loaded.holds());
  return loaded.config;
}

} // namespace

TEST_CASE("the keys of a node and its store arrive in their fields", "[node][config]") {
  const NodeFile file{R"(
[node]
name = "mailer"
poll_interval = "2s"
shutdown_timeout = 1500
stop_grace = "1s"
store_timeout = "5s"
unknown_workers = "discard"
rescue_after = 60
rescue_interval = "1m"
prune_interval = "1h30m"
prefetch_max = 5
scheduler_threads = 3
[store]
path = "jobs.db"
durability = "normal"
busy_timeout = "1s"
)"};
  const auto config = config_of(file);
  CHECK(config.file == file.path());
  CHECK(config.name == "mailer");
  CHECK(config.poll_interval == 2s);
  CHECK(config.shutdown_timeout == 1500ms);
  CHECK(config.stop_grace == 1s);
  CHECK(config.store_timeout == 5s);
  CHECK(config.unknown_workers == UnknownWorkers::discard);
  CHECK(config.rescue_after == 60s);
  CHECK(config.rescue_interval == 1min);
  CHECK(config.prune_interval == 90min);
  CHECK(config.prefetch_max == 5);
  CHECK(config.scheduler_threads == 3);

  CHECK(config.store.kind == StoreKind::sqlite);
  CHECK(config.store.path == file.folder() / "jobs.db");
  CHECK_FALSE(config.store.full_durability);
  CHECK(config.store.busy_timeout == 1s);
}

TEST_CASE("the keys of queues and workers arrive in their fields", "[node][config]") {
  const NodeFile file{R"(
[[queue]]
name = "mail"
concurrency = 3
poll_interval = "100ms"
direct_start = false
[[queue]]
name = "bulk"
[[worker]]
name = "thumb"
command = ["python3", "thumb.py", ""]
queue = "bulk"
priority = -2
max_attempts = 4
timeout = "1h"
retry = "linear"
retry_base = "7s"
retry_jitter = false
delete_completed = true
environment = { API_KEY = "k", EMPTY = "" }
directory = "images"
stop_grace = "2s"
snooze = 90
memory_max = "512MiB"
cpu_max = "10m"
)"};
  const auto config = config_of(file);
  REQUIRE(config.queues.size() == 2);
  CHECK(config.queues[0].name == "mail");
  CHECK(config.queues[0].concurrency == 3);
  CHECK(config.queues[0].poll_interval == 100ms);
  CHECK_FALSE(config.queues[0].direct_start);
  CHECK(config.queues[1].name == "bulk");
  CHECK(config.queues[1].concurrency == QueueConfig{}.concurrency);

  REQUIRE(config.workers.size() == 1);
  const auto& worker = config.workers[0];
  CHECK(worker.name == "thumb");
  CHECK(worker.command == Texts{"python3", "thumb.py", ""});
  CHECK(worker.opts.queue == "bulk");
  CHECK(worker.opts.priority == -2);
  CHECK(worker.opts.max_attempts == 4);
  CHECK(worker.opts.timeout == 1h);
  CHECK(worker.retry.delay(3, 0.9) == 21s);
  CHECK(worker.delete_completed);
  CHECK(worker.environment
        == std::vector<std::pair<std::string, std::string>>{{"API_KEY", "k"}, {"EMPTY", ""}});
  CHECK(worker.directory == file.folder() / "images");
  CHECK(worker.stop_grace == 2s);
  CHECK(worker.snooze == 90s);
  CHECK(worker.memory_bytes_max == 512U * 1024 * 1024);
  CHECK(worker.cpu_max == 10min);
}

TEST_CASE("the keys of plug-ins and cron entries arrive in their fields", "[node][config]") {
  const NodeFile file{R"(
[[plugin]]
path = "/opt/plugin.so"
[[cron]]
name = "nightly"
expression = "0 3 * * *"
worker = "thumb"
args = { size = 3, names = ["a"] }
queue = "mail"
priority = 1
max_attempts = 2
timeout = 30
unique_key = "nightly"
zone = "Europe/Berlin"
missed = "skip"
)"};
  const auto config = config_of(file);
  REQUIRE(config.plugins.size() == 1);
  CHECK(config.plugins[0].path == "/opt/plugin.so");

  REQUIRE(config.crons.size() == 1);
  const auto& cron = config.crons[0];
  CHECK(cron.name == "nightly");
  CHECK(cron.expression == "0 3 * * *");
  CHECK(cron.worker == "thumb");
  CHECK(cron.args == R"({"size":3,"names":["a"]})");
  CHECK(cron.opts.queue == "mail");
  CHECK(cron.opts.priority == 1);
  CHECK(cron.opts.max_attempts == 2);
  CHECK(cron.opts.timeout == 30s);
  CHECK(cron.opts.unique_key == "nightly");
  CHECK(cron.zone == "Europe/Berlin");
  CHECK(cron.missed == "skip");
}

TEST_CASE("the keys of cluster, HTTP and control arrive in their fields", "[node][config]") {
  const NodeFile file{R"(
[cluster]
listen = "0.0.0.0:4000"
advertise = "node1.example.org:4000"
certificate = "c.pem"
key = "k.pem"
ca = "ca.pem"
gateway = true
[http]
listen = "[::]:8080"
token = "12345678"
certificate = "h.pem"
key = "hk.pem"
[control]
on = false
socket = "s.sock"
[log]
level = "warning"
format = "json"
)"};
  const auto config = config_of(file);
  CHECK(config.cluster.join);
  CHECK(config.cluster.listen == "0.0.0.0:4000");
  CHECK(config.cluster.advertise == "node1.example.org:4000");
  CHECK(config.cluster.tls.certificate == file.folder() / "c.pem");
  CHECK(config.cluster.tls.key == file.folder() / "k.pem");
  CHECK(config.cluster.tls.ca == file.folder() / "ca.pem");
  CHECK(config.cluster.gateway);
  CHECK(config.http.listen == "[::]:8080");
  CHECK(config.http.token.reveal() == "12345678");
  CHECK(config.http.certificate == file.folder() / "h.pem");
  CHECK(config.http.key == file.folder() / "hk.pem");
  CHECK_FALSE(config.control.on);
  CHECK(config.control.socket == file.folder() / "s.sock");
  CHECK(config.log.level == "warning");
  CHECK(config.log.format == "json");
}

TEST_CASE("a node joins a cluster if it says anything of it", "[node][config]") {
  const auto joins = [](const std::string& text, const std::vector<std::string>& flags = {}) {
    const NodeFile file{text};
    return file.load({}, flags).config.cluster.join;
  };
  const std::string tls = "[cluster]\ncertificate = \"c\"\nkey = \"k\"\nca = \"ca\"\n";
  CHECK_FALSE(joins("store = \"postgresql:///x\""));
  CHECK_FALSE(joins("store = \"postgresql:///x\"\n[cluster]\n"));
  CHECK(joins("store = \"postgresql:///x\"\n[cluster]\nlisten = \"127.0.0.1:1\""));
  CHECK(joins("store = \"postgresql:///x\"\n" + tls));
  CHECK(joins("store = \"postgresql:///x\"\n[cluster]\njoin = true"));
  CHECK(joins("store = \"postgresql:///x\"", {"cluster.join=true"}));
  CHECK_FALSE(joins("store = \"postgresql:///x\"\n" + tls + "join = false"));
  CHECK(joins("store = \"zzz://127.0.0.1:1\""));
  CHECK_FALSE(joins("store = \"zzz://127.0.0.1:1\"\n[cluster]\njoin = false"));
}

TEST_CASE("the keys of retention and limits arrive in their fields", "[node][config]") {
  const NodeFile file{R"(
[retention]
completed = "2h"
completed_count = 10
discarded = "forever"
cancelled = 60
[limits]
args_bytes_max = "2MiB"
name_bytes_max = 100
errors_count_max = 7
)"};
  const auto config = config_of(file);
  CHECK(config.retention.completed.age == 2h);
  CHECK(config.retention.completed.count == 10);
  CHECK_FALSE(config.retention.discarded.age);
  CHECK(config.retention.cancelled.age == 60s);
  CHECK(config.limits.args_bytes_max == 2U * 1024 * 1024);
  CHECK(config.limits.name_bytes_max == 100);
  CHECK(config.limits.errors_count_max == 7);
}
