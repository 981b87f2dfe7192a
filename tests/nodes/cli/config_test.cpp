#include "test_host.hpp"

#include "nodes/cluster/certificates.hpp"
#include "support/catch.hpp"
#include "support/temp_folder.hpp"

#include <nlohmann/json.hpp>

#include <fstream>

namespace {

using namespace zzz_jobs::node;
using nlohmann::json;
using test::TestHost;
using zzz_jobs::support::has;

struct File {
  zzz_jobs::support::TempFolder folder{};
  std::string path = (folder.path() / "node.toml").string();
  explicit File(const std::string& text) { std::ofstream(path) << text; }
};

constexpr const char* good = R"([store]
kind = "sqlite"
path = "jobs.db"

[[queue]]
name = "mail"
concurrency = 8
)";

TEST_CASE("config check is silent about a good file and names every problem of a bad one") {
  TestHost host;
  const File fine(good);
  CHECK(host.run({"config", "check", "--config", fine.path}) == cli::exit_ok);
  CHECK(host.said() == fine.path + " is fine\n");

  const File bad("[[queue]]\nname = \"mail\"\nconcurency = 8\n[[queue]]\nname = \"mail\"\n"
                 "concurrency = 0\n");
  CHECK(host.run({"config", "check", "--config", bad.path}) == cli::exit_failed);
  CHECK_THAT(host.said(), has(":3"));
  CHECK_THAT(host.said(), has("concurency"));
  CHECK_THAT(host.said(), has("did you mean \"concurrency\"?"));
  CHECK_THAT(host.said(), has(":6"));
  CHECK_THAT(host.said(), has("problems"));
  CHECK(host.run({"config", "check", "--config", bad.path, "--json"}) == cli::exit_failed);
  const auto answer = json::parse(host.said());
  CHECK(answer["valid"] == false);
  CHECK(answer["problems"].size() >= 3);
  CHECK(answer["problems"][0]["nearest"] == "concurrency");
  CHECK(answer["problems"][0]["line"] == 3);
}

TEST_CASE("config check reads variables and settings as a node does") {
  TestHost host;
  const File fine(good);
  CHECK(host.run({"config", "check", "--config", fine.path, "--set", "queue.mail.concurrency=0"})
        == cli::exit_failed);
  CHECK_THAT(host.said(), has("queue.mail.concurrency"));
  host.variables["ZZZ_JOBS_QUEUE_MAIL_CONCURRENCY"] = "none";
  CHECK(host.run({"config", "check", "--config", fine.path}) == cli::exit_failed);
  CHECK_THAT(host.said(), has("ZZZ_JOBS_QUEUE_MAIL_CONCURRENCY"));
  host.variables.clear();
  host.variables["ZZZ_JOBS_CONFIG"] = fine.path;
  CHECK(host.run({"config", "check"}) == cli::exit_ok);
  CHECK_THAT(host.said(), has(fine.path));
  CHECK(host.run({"config", "check", "--config", fine.path + ".none"}) == cli::exit_failed);
}

TEST_CASE("config check warns of programs that this machine does not have") {
  TestHost host;
  const File file(std::string{good}
                  + "[[worker]]\nname = \"report\"\ncommand = [\"no-such-program\"]\n");
  CHECK(host.run({"config", "check", "--config", file.path}) == cli::exit_ok);
  CHECK_THAT(host.said(), has("warning: "));
  CHECK_THAT(host.said(), has(":10: worker.report.command: program \"no-such-program\" is in"));
  CHECK_THAT(host.said(), has("(on this machine)"));
}

TEST_CASE("config check warns of certificates that this machine does not have") {
  TestHost host;
  const File file(
    std::string{good}
    + "[cluster]\ncertificate = \"no.crt\"\nkey = \"no.key\"\nca = \"no-ca.crt\"\n"
      "[http]\nlisten = \"127.0.0.1:0\"\ncertificate = \"no.crt\"\nkey = \"no.key\"\n");
  CHECK(host.run({"config", "check", "--config", file.path}) == cli::exit_ok);
  CHECK_THAT(host.said(), has(":9: cluster.certificate: must be a file that can be read"));
  CHECK_THAT(host.said(), has(":10: cluster.key: must be a file that can be read"));
  CHECK_THAT(host.said(), has(":11: cluster.ca: must be a file that can be read"));
  CHECK_THAT(host.said(), has(":14: http.certificate: "));
  CHECK_THAT(host.said(), has("(on this machine)"));
}

TEST_CASE("config check refuses certificates that do not hold") {
  using std::chrono::hours;
  TestHost host;
  zzz_jobs::support::TempFolder folder;
  const test::Authority authority{folder.path()};
  const auto good_files = authority.issue("good");
  const auto old = authority.issue("old", {.begins = hours{-9}, .ends = hours{-1}});
  const auto cluster = [&](const TlsSection& files) {
    return "[cluster]\ncertificate = \"" + files.certificate.string() + "\"\nkey = \""
      + files.key.string() + "\"\nca = \"" + files.ca.string() + "\"\n";
  };
  const auto http = [&](const std::filesystem::path& certificate,
                        const std::filesystem::path& key) {
    return "[http]\nlisten = \"127.0.0.1:0\"\ncertificate = \"" + certificate.string()
      + "\"\nkey = \"" + key.string() + "\"\n";
  };
  const auto check = [&](const std::string& text) {
    const File file(good + text);
    return host.run({"config", "check", "--config", file.path});
  };
  CHECK(check(cluster(good_files) + http(good_files.certificate, good_files.key)) == cli::exit_ok);
  CHECK_THAT(host.said(), has("is fine"));
  CHECK(check(cluster(old)) == cli::exit_failed);
  CHECK_THAT(host.said(), has("node.toml:9: cluster.certificate: must be in force"));
  CHECK(check(http(good_files.certificate, old.key)) == cli::exit_failed);
  CHECK_THAT(host.said(), has("node.toml:11: http.key: "));
  CHECK(check(http(old.certificate, old.key)) == cli::exit_ok); // served all the same
  CHECK_THAT(host.said(), has("warning: "));
  CHECK_THAT(host.said(), has("must be in force, or clients refuse it"));
}

TEST_CASE("config show tells who set what, and no secret") {
  TestHost host;
  const File fine(good);
  host.variables["ZZZ_JOBS_HTTP_TOKEN"] = "correct-horse-battery-staple";
  host.variables["ZZZ_JOBS_HTTP_LISTEN"] = "127.0.0.1:8080";
  REQUIRE(host.run({"config", "show", "--origin", "--config", fine.path, "--set",
                    "queue.mail.concurrency=9"})
          == cli::exit_ok);
  CHECK_THAT(host.said(), has("mail"));
  CHECK_THAT(host.said(), has("concurrency = 9"));
  CHECK_THAT(host.said(), has("flag queue.mail.concurrency"));
  CHECK_THAT(host.said(), has("ZZZ_JOBS_HTTP_LISTEN"));
  CHECK(host.said().find("battery") == std::string::npos);
  REQUIRE(host.run({"config", "show", "--json", "--config", fine.path}) == cli::exit_ok);
  CHECK(json::parse(host.said()).is_object());
  CHECK(host.said().find("battery") == std::string::npos);
}

TEST_CASE("config show refuses a file that does not hold") {
  TestHost host;
  const File bad("[[queue]]\nname = \"\"\n");
  CHECK(host.run({"config", "show", "--config", bad.path}) == cli::exit_usage);
  CHECK(host.said().empty());
  CHECK_THAT(host.complained(), has(bad.path + ":2"));
}

TEST_CASE("migrate is for PostgreSQL") {
  TestHost host;
  const File fine(good);
  CHECK(host.run({"migrate", "status", "--config", fine.path}) == cli::exit_usage);
  CHECK(host.run({"migrate", "up", "--socket", "x"}) == cli::exit_usage);
  CHECK(host.run({"migrate", "down"}) == cli::exit_usage);
}

TEST_CASE("migrate sql needs no database") {
  TestHost host;
  REQUIRE(host.run({"migrate", "sql", "--schema", "jobs_of_mine"}) == cli::exit_ok);
  CHECK_THAT(host.said(), has("jobs_of_mine"));
  const auto all = host.said();
  REQUIRE(host.run({"migrate", "sql", "--schema", "jobs_of_mine", "--from", "2"}) == cli::exit_ok);
  CHECK(host.said().size() < all.size());
  REQUIRE(host.run({"migrate", "sql", "--grants", "worker_role"}) == cli::exit_ok);
  CHECK_THAT(host.said(), has("worker_role"));
}

} // namespace
