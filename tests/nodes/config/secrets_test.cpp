// Texts that are never shown, and where they may come from.

#include "loaded.hpp"

#include "support/catch.hpp"

#include <zzz_jobs/config/node/show.hpp>

using namespace zzz_jobs;
using namespace zzz_jobs::node;
using namespace zzz_jobs::node::tests;
using support::has;

namespace {

using Texts = std::vector<std::string>;
namespace fs = std::filesystem;

const std::string url = "postgresql://mailer:hunter2@db.example.org/shop";

std::string token_of(const LoadedConfig& loaded) {
  CHECK(complaints(loaded) == Texts{});
  return loaded.config.http.token.reveal();
}

} // namespace

TEST_CASE("a secret comes from the file, another file, or a variable", "[node][config][secret]") {
  const NodeFile plain{"[http]\ntoken = \"0123456789\""};
  CHECK(token_of(plain.load()) == "0123456789");
  CHECK(token_of(plain.load({{"ZZZ_JOBS_HTTP_TOKEN", "from-variable"}})) == "from-variable");

  const NodeFile other{"[http]\ntoken_file = \"token\""};
  other.write("token", "from-other-file\r\n");
  CHECK(token_of(other.load()) == "from-other-file");
  CHECK(text_of(other.load().origins.at("http.token")) == other.path().string() + ":2");

  const NodeFile named{"[http]\ntoken_env = \"MY_TOKEN\""};
  CHECK(token_of(named.load({{"MY_TOKEN", "from-my-variable"}})) == "from-my-variable");

  const NodeFile store{"[store]\nurl_file = \"url\""};
  store.write("url", "zzz://127.0.0.1:1,zzz://127.0.0.1:2\n");
  CHECK(store.load().config.store.gateways == Texts{"zzz://127.0.0.1:1", "zzz://127.0.0.1:2"});
}

TEST_CASE("a variable or flag for one form takes the place of the others",
          "[node][config][secret]") {
  const NodeFile file{"[http]\ntoken_file = \"not-there\""};
  const auto second = file.write("second", "from-second-file");
  CHECK(token_of(file.load({{"ZZZ_JOBS_HTTP_TOKEN", "from-variable"}})) == "from-variable");
  CHECK(token_of(file.load({{"ZZZ_JOBS_HTTP_TOKEN", "from-variable"}},
                           {"http.token_file=" + second.string()}))
        == "from-second-file");
}

TEST_CASE("variables that hold secrets are withheld from the commands", "[node][config][secret]") {
  const NodeFile file{"[store]\nurl_env = \"DB_URL\"\n[http]\ntoken_env = \"MY_TOKEN\"\n"
                      "[[worker]]\nname = \"w\"\ncommand = [\"true\"]\n"};
  const std::map<std::string, std::string> variables{{"DB_URL", url}, {"MY_TOKEN", "0123456789"}};
  CHECK(file.load(variables).config.workers.at(0).withheld == Texts{"DB_URL", "MY_TOKEN"});
  // Its text is a secret also where something else is used.
  CHECK(file.load(variables, {"store.url=postgresql:///x"}).config.workers.at(0).withheld
        == Texts{"DB_URL", "MY_TOKEN"});
  CHECK(NodeFile{"[[worker]]\nname = \"w\"\ncommand = [\"true\"]"}
          .load(variables)
          .config.workers.at(0)
          .withheld.empty());
}

TEST_CASE("what is wrong with a secret is told without it", "[node][config][secret]") {
  CHECK(complaints("[http]\ntoken = \"0123456789\"\ntoken_file = \"x\"")
        == Texts{"file:2: http.token: and token_file exclude each other"});
  CHECK(complaints("[http]\ntoken_file = \"not-there\"")
        == Texts{"file:2: http.token_file: cannot be read: No such file or directory"});
  CHECK(complaints("[http]\ntoken_file = 5")
        == Texts{"file:2: http.token_file: must be a text, got 5"});
  CHECK(complaints("[http]\ntoken_env = \"NOT_SET\"")
        == Texts{"file:2: http.token_env: names a variable that is not set or is empty, got "
                 "\"NOT_SET\""});
  const NodeFile empty{"[http]\ntoken_file = \"token\""};
  empty.write("token", "\n");
  CHECK(complaints(empty.load()) == Texts{"file:2: http.token_file: names a file that is empty"});
  empty.write("token", "two\nlines of hunter2");
  CHECK(complaints(empty.load())
        == Texts{"file:2: http.token: must be 8 to 1,024 visible ASCII characters"});
  empty.write("token", std::string(64 * 1024 + 1, 'x'));
  CHECK(complaints(empty.load()) == Texts{"file:2: http.token_file: must be at most 65536 bytes"});
}

TEST_CASE("a secret in a file that every user can read makes a warning", "[node][config][secret]") {
  const auto told = [](const std::string& text, fs::perms rights) {
    const NodeFile file{text};
    fs::permissions(file.path(), rights);
    return complaints(file.load(), true).size();
  };
  const auto everybody = fs::perms::owner_read | fs::perms::others_read;
  const auto owner = fs::perms::owner_read;
  const std::string memory = "[store]\nkind = \"memory\"\n[http]\ntoken = \"0123456789\"";
  CHECK(told(memory, everybody) == 1);
  CHECK(told(memory, owner) == 0);
  CHECK(told("[store]\nurl = \"" + url + "\"", everybody) == 1);
  CHECK(told("[store]\nurl = \"" + url + "\"", owner) == 0);
  CHECK(told("[store]\nurl = \"host=db password=hunter2\"", everybody) == 1);
  CHECK(told("[store]\nurl = \"postgresql://db/x?password=hunter2\"", everybody) == 1);
  CHECK(told("[store]\nurl = \"postgresql://mailer@db:5432/x\"", everybody) == 0);
  CHECK(told("[store]\nurl = \"zzz://127.0.0.1:1\"", everybody) == 0);
}

TEST_CASE("no secret is shown in any form", "[node][config][secret]") {
  const NodeFile file{"[store]\nurl = \"" + url
                      + "\"\n[http]\nlisten = \"127.0.0.1:0\"\ntoken = \"hunter2-token\"\n"
                        "[[worker]]\nname = \"w\"\ncommand = [\"true\"]\n"
                        "environment = { API_KEY = \"hunter2-key\" }\n"};
  const auto loaded = file.load();
  CHECK(complaints(loaded) == Texts{});
  for (const bool json : {false, true})
    for (const bool origin : {false, true}) {
      const auto shown = show_config(loaded, {.origin = origin, .json = json});
      CHECK(shown.find("hunter2") == std::string::npos);
      CHECK_THAT(shown, has("(set)"));
      CHECK_THAT(shown, has("API_KEY"));
    }
}

TEST_CASE("a secret that changes is a change", "[node][config][secret]") {
  NodeFile file{"[http]\ntoken_file = \"token\""};
  file.write("token", "0123456789");
  const auto before = file.load().config;
  file.write("token", "9876543210");
  CHECK(changed_keys(before, file.load().config) == Texts{"http.token"});
  CHECK(changed_keys(before, before) == Texts{});
}
