// What no key of a file can know alone.

#include "loaded.hpp"

#include "support/catch.hpp"

using namespace zzz_jobs;
using namespace zzz_jobs::node;
using namespace zzz_jobs::node::tests;

namespace {

using Texts = std::vector<std::string>;

Texts warnings(const std::string& text) {
  return complaints(NodeFile{"[store]\nkind = \"memory\"\n" + text}.load(), true);
}

StoreSection store_of(const std::string& text) {
  const auto loaded = NodeFile{text}.load();
  CHECK(complaints(loaded) == Texts{});
  return loaded.config.store;
}

const std::string tls = "certificate = \"c\"\nkey = \"k\"\nca = \"a\"\n";

} // namespace

TEST_CASE("a store's kind follows from its path or url", "[node][config]") {
  CHECK(store_of("").kind == StoreKind::memory);
  CHECK(store_of("[store]\npath = \"x.db\"").kind == StoreKind::sqlite);
  CHECK(store_of("[store]\nurl = \"postgresql:///x\"").kind == StoreKind::postgres);
  CHECK(store_of("[store]\nurl = \"host=/run/postgresql dbname=x\"").kind == StoreKind::postgres);
  const auto gateway = store_of("store = \"zzz://127.0.0.1:4000\"");
  CHECK(gateway.kind == StoreKind::gateway);
  CHECK(gateway.gateways == Texts{"zzz://127.0.0.1:4000"});
  CHECK(store_of("store = [\"zzz://127.0.0.1:1\", \"zzz://[::1]:2\"]").gateways.size() == 2);
  CHECK(complaints("[store]\npath = \"x.db\"\nurl = \"postgresql:///x\"")
        == Texts{"file:3: store.url: and path exclude each other, as one is of a server and one of "
                 "a file"});
}

TEST_CASE("a store has what its kind needs", "[node][config]") {
  CHECK(complaints("[store]\nkind = \"sqlite\"")
        == Texts{"store.path: must be given for a store of kind sqlite"});
  CHECK(
    complaints("[store]\nkind = \"postgres\"")
    == Texts{"store.url: must be given for a store of kind postgres (or url_file, or url_env)"});
  CHECK(complaints("[store]\nkind = \"gateway\"")
        == Texts{"store.url: must be given for a store of kind gateway, as zzz://HOST:PORT"});
  CHECK(complaints("[store]\nkind = \"postgres\"\nurl = \"zzz://127.0.0.1:1\"")
        == Texts{"file:3: store.url: must be given for a store of kind postgres (or url_file, or "
                 "url_env)"});
  CHECK(complaints("[store]\nkind = \"sqlite\"\npath = 5")
        == Texts{"file:3: store.path: must be a text, got 5"});
}

TEST_CASE("a store's url is one of its kinds", "[node][config]") {
  CHECK(complaints("[store]\nurl = \"mysql://user:hunter2@host/x\"")
        == Texts{"file:2: store.url: must begin with postgresql:// or zzz://, or be a libpq "
                 "connection string"});
  CHECK(complaints("store = \"zzz://host\"")
        == Texts{"file:1: store.url: must be zzz://HOST:PORT"});
  CHECK(complaints("store = [\"zzz://127.0.0.1:1\", \"zzz://127.0.0.1:0\"]")
        == Texts{"file:1: store.url: item 2 must be zzz://HOST:PORT"});
  CHECK(complaints("store = []") == Texts{"file:1: store.url: must name at least one gateway"});
  CHECK(complaints("store = [5]")
        == Texts{"file:1: store.url: must be a list of texts; item 1 is a number"});
  CHECK(complaints("[store]\nurl = 5") == Texts{"file:2: store.url: must be a text"});
}

TEST_CASE("links beyond this machine want mutual TLS", "[node][config]") {
  const std::string cluster = "[cluster]\nlisten = ";
  const Texts none;
  CHECK(complaints(cluster + "\"127.0.0.1:0\"") == none);
  CHECK(complaints(cluster + "\"127.9.9.9:1\"") == none);
  CHECK(complaints(cluster + "\"[::1]:1\"") == none);
  CHECK(complaints(cluster + "\"localhost:1\"") == none);
  CHECK(complaints(cluster + "\"0.0.0.0:1\"\n" + tls) == none);
  for (const std::string listen : {"0.0.0.0:1", "[::]:1", "192.0.2.1:1", "node.example.org:1"})
    CHECK(complaints(cluster + "\"" + listen + "\"")
          == Texts{"file:2: cluster.listen: must be a loopback address without certificate, key "
                   "and ca, got \""
                   + listen + "\""});
  CHECK(complaints("store = \"zzz://192.0.2.1:1\"")
        == Texts{"file:1: store.url: must be a loopback address without certificate, key and ca in "
                 "[cluster], got \"zzz://192.0.2.1:1\""});
  CHECK(complaints("store = \"zzz://192.0.2.1:1\"\n[cluster]\n" + tls) == none);
}

TEST_CASE("certificate, key and CA go together", "[node][config]") {
  const std::string why = ": must be given with the others of certificate, key and ca";
  CHECK(complaints("[cluster]\ncertificate = \"c\"")
        == Texts{"cluster.key" + why, "cluster.ca" + why});
  CHECK(complaints("[cluster]\nca = \"c\"\nkey = \"k\"") == Texts{"cluster.certificate" + why});
  CHECK(complaints("[http]\nkey = \"k\"")
        == Texts{"http.certificate: must be given as certificate and key go together"});
  CHECK(complaints("[http]\ncertificate = \"k\"")
        == Texts{"http.key: must be given as certificate and key go together"});
}

TEST_CASE("addresses are addresses", "[node][config]") {
  for (const std::string text : {"127.0.0.1", ":80", "127.0.0.1:", "127.0.0.1:65536", "::1:80",
                                 "a b:1", "[x]:1", "127.0.0.1:-1", "127.0.0.1:0x1"})
    CHECK(complaints("[http]\nlisten = \"" + text + "\"")
          == Texts{"file:2: http.listen: must be ADDRESS:PORT with a port of 0 to 65,535, got \""
                   + text + "\""});
  CHECK(complaints("[cluster]\nlisten = \"127.0.0.1\"")
        == Texts{"file:2: cluster.listen: must be ADDRESS:PORT with a port of 0 to 65,535, got "
                 "\"127.0.0.1\""});
  // A name may mean several addresses, and some of them may not be loopback.
  CHECK(complaints("[http]\nlisten = \"localhost:80\"")
        == Texts{"file:2: http.listen: must have a number as its address, as in 127.0.0.1:8080 or "
                 "[::1]:8080, got \"localhost:80\""});
  CHECK(complaints("[cluster]\nlisten = \"127.0.0.1:0\"\nadvertise = \"a:0\"")
        == Texts{"file:3: cluster.advertise: must be HOST:PORT with a port of 1 to 65,535, got "
                 "\"a:0\""});
  const std::string everywhere = "[cluster]\nlisten = \"0.0.0.0:1\"\n" + tls;
  CHECK(complaints("store = \"postgresql:///x\"\n" + everywhere)
        == Texts{"cluster.advertise: must be given where listen is 0.0.0.0, which other nodes "
                 "cannot connect to"});
  CHECK(complaints("store = \"postgresql:///x\"\n[cluster]\nlisten = \"[::]:1\"\n" + tls)
        == Texts{"cluster.advertise: must be given where listen is ::, which other nodes cannot "
                 "connect to"});
  CHECK(complaints("store = \"postgresql:///x\"\n" + everywhere + "advertise = \"a:1\"")
        == Texts{});
}

TEST_CASE("a gateway listens and has a database", "[node][config]") {
  CHECK(complaints("[cluster]\ngateway = true")
        == Texts{"cluster.listen: must be given for a gateway"});
  CHECK(
    complaints("store = \"zzz://127.0.0.1:1\"\n[cluster]\nlisten = \"127.0.0.1:2\"\ngateway = "
               "true")
    == Texts{"file:4: cluster.gateway: must be false for a store of kind gateway: this node has "
             "no database"});
}

TEST_CASE("HTTP beyond this machine wants a token or TLS", "[node][config]") {
  CHECK(complaints("[http]\nlisten = \"127.0.0.1:0\"") == Texts{});
  CHECK(complaints("[http]\nlisten = \"0.0.0.0:80\"\ntoken = \"0123456789\"") == Texts{});
  CHECK(complaints("[http]\nlisten = \"0.0.0.0:80\"\ncertificate = \"c\"\nkey = \"k\"") == Texts{});
  CHECK(
    complaints("[http]\nlisten = \"0.0.0.0:80\"")
    == Texts{"file:2: http.listen: must be a loopback address without a token or a certificate, "
             "got \"0.0.0.0:80\""});
  for (const std::string token : {"short", "with a space", "umlaut-\xC3\xA4\xC3\xA4"})
    CHECK(complaints("[http]\ntoken = \"" + token + "\"")
          == Texts{"file:2: http.token: must be 8 to 1,024 visible ASCII characters"});
}

TEST_CASE("a control socket's path fits into an address", "[node][config]") {
  CHECK(complaints("[control]\nsocket = \"/" + std::string(106, 'x') + "\"") == Texts{});
  CHECK(complaints("[control]\nsocket = \"/" + std::string(107, 'x') + "\"")
        == Texts{"file:2: control.socket: must be a path of at most 107 bytes, got 108"});
}

TEST_CASE("what is hardly meant makes a warning", "[node][config]") {
  const std::string worker = "[[worker]]\nname = \"thumb\"\ncommand = [\"true\"]\n";
  CHECK(complaints(NodeFile{""}.load(), true)
        == Texts{"store: is not given: jobs are kept in memory and end with the node"});
  CHECK(warnings("lease = \"5s\"\n")
        == Texts{"file:3: store.lease: has no effect on a store of kind memory"});
  CHECK(warnings(worker + "queue = \"defualt\"")
        == Texts{"file:6: worker.thumb.queue: this node has no queue \"defualt\"; did you mean "
                 "\"default\"?"});
  CHECK(warnings(worker + "queue = \"elsewhere\"") == Texts{});
  const std::string cron = "[[cron]]\nname = \"c\"\nexpression = \"@daily\"\nworker = \"tumb\"\n";
  CHECK(warnings(worker + cron)
        == Texts{"file:9: cron.c.worker: this node has no worker \"tumb\"; did you mean "
                 "\"thumb\"?"});
  CHECK(warnings(worker + cron + "queue = \"defualt\"\n").back()
        == "file:10: cron.c.queue: this node has no queue \"defualt\"; did you mean \"default\"?");
  CHECK(warnings(worker + cron + "[[plugin]]\npath = \"may/have/it.so\"") == Texts{});
  CHECK(warnings(worker + "retry = \"linear\"\nretry_max = \"1h\"")
        == Texts{"file:7: worker.thumb.retry_max: has an effect on exponential retries only"});
  CHECK(warnings("[cluster]\nadvertise = \"a:1\"")
        == Texts{"file:4: cluster.advertise: has no effect without listen"});
  CHECK(warnings("[cluster]\njoin = true")
        == Texts{"file:4: cluster.join: has no effect without listen: no other node uses this "
                 "store"});
  CHECK(warnings("[cluster]\njoin = false\nlisten = \"127.0.0.1:0\"")
        == Texts{"file:5: cluster.listen: has no effect with join = false"});
}

TEST_CASE("a node without a queue in its file works one, and one with an empty list none",
          "[node][config]") {
  const auto usual = NodeFile{""}.load().config.queues;
  REQUIRE(usual.size() == 1);
  CHECK(usual.front().name == "default");
  CHECK(NodeFile{"queue = []"}.load().config.queues.empty());
}

TEST_CASE("a node is named after its host", "[node][config]") {
  CHECK_FALSE(NodeFile{""}.load().config.name.empty());
}

TEST_CASE("retry keys make the worker's strategy", "[node][config]") {
  const auto delays = [](const std::string& keys) {
    const auto loaded =
      NodeFile{"[[worker]]\nname = \"w\"\ncommand = [\"true\"]\nretry_jitter = false\n" + keys}
        .load();
    CHECK(complaints(loaded) == Texts{});
    std::vector<long> found;
    for (const int retry : {1, 2, 1000})
      found.push_back(loaded.config.workers.front().retry.delay(retry, 0.9).count());
    return found;
  };
  using Delays = std::vector<long>;
  CHECK(delays("") == Delays{15, 30, 3600});
  CHECK(delays("retry_base = 2\nretry_max = \"1m\"") == Delays{2, 4, 60});
  CHECK(delays("retry = \"linear\"") == Delays{60, 120, 60'000});
  CHECK(delays("retry = \"linear\"\nretry_base = 3") == Delays{3, 6, 3000});
  CHECK(delays("retry = \"constant\"") == Delays{30, 30, 30});
  CHECK(delays("retry = \"constant\"\nretry_base = 0") == Delays{0, 0, 0});
}
