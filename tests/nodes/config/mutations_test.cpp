// Files that nobody wrote: they are read or refused, never more than that.

#include "loaded.hpp"

#include "support/catch.hpp"

#include <zzz_jobs/config/node/keys.hpp>
#include <zzz_jobs/config/node/show.hpp>

#include <algorithm>
#include <random>
#include <string_view>

using namespace zzz_jobs;
using namespace zzz_jobs::node;
using namespace zzz_jobs::node::tests;

namespace {

using Random = std::mt19937;

const std::string secret = "hunter2secret";

std::size_t below(Random& random, std::size_t end) {
  return std::uniform_int_distribution<std::size_t>{0, end - 1}(random);
}

/// One of each section, with a secret wherever one can be.
std::string original() {
  return "[store]\nkind = \"postgres\"\nurl = \"postgresql://a:" + secret
    + "@h/d\"\n"
      "[[queue]]\nname = \"mail\"\nconcurrency = 3\npoll_interval = \"5s\"\n"
      "[[worker]]\nname = \"w\"\ncommand = [\"run\", \"--key="
    + secret
    + "\"]\n"
      "environment = { KEY = \""
    + secret
    + "\" }\nmemory_max = \"64MiB\"\n"
      "[[cron]]\nname = \"c\"\nworker = \"w\"\nexpression = \"*/5 * * * *\"\nargs = { a = [1, 2.5, "
      "true, 1979-05-27] }\n"
      "[http]\nlisten = \"127.0.0.1:1\"\ntoken = \""
    + secret
    + "\"\n"
      "[retention]\ncompleted = \"forever\"\n";
}

std::string mutated(std::string text, Random& random) {
  static constexpr char letters[] = "[]{}=\"'#,.\n\\-+0159eintrue \t_\0\x7F\xC3\xFF";
  constexpr std::string_view bytes{letters, sizeof letters - 1}; // with the NUL in it
  const auto changes = 1 + below(random, 4);
  for (std::size_t change = 0; change < changes && !text.empty(); ++change) {
    const auto at = below(random, text.size());
    switch (below(random, 4)) {
      case 0: text.erase(at, 1 + below(random, 8)); break;
      case 1: text.insert(at, 1, bytes[below(random, bytes.size())]); break;
      case 2: text[at] = bytes[below(random, bytes.size())]; break;
      // Never so much that the secret gets into a place where it is none.
      default: text.insert(below(random, text.size()), text.substr(at, below(random, 12))); break;
    }
  }
  return text;
}

bool keeps_quiet(const LoadedConfig& loaded) {
  return std::ranges::none_of(loaded.problems, [](const ConfigProblem& problem) {
    return problem.rule.find(secret) != std::string::npos;
  });
}

} // namespace

TEST_CASE("files with random faults are read or refused, and give no secret away",
          "[node][config]") {
  const auto seed = std::random_device{}();
  INFO("seed " << seed);
  Random random{seed};
  const NodeFile file{original()};
  REQUIRE(file.load().holds());
  int held = 0;
  for (int round = 0; round < 2000; ++round) {
    const auto text = mutated(original(), random);
    file.write("node.toml", text);
    INFO(text);
    const auto loaded = file.load();
    held += loaded.holds() ? 1 : 0;
    for (const auto& problem : loaded.problems)
      REQUIRE_FALSE(problem.rule.empty());
    REQUIRE(keeps_quiet(loaded));
    const bool json_ends = show_config(loaded, {.origin = true, .json = true}).ends_with("}\n");
    REQUIRE(json_ends);
  }
  CHECK(held > 50); // not everything was nonsense
  CHECK(held < 1950);
}

TEST_CASE("every key refuses values of other types without an accident", "[node][config]") {
  const std::vector<std::string> values{"1",
                                        "-1",
                                        "1.5",
                                        "nan",
                                        "\"\"",
                                        "\"x\"",
                                        "true",
                                        "[]",
                                        "[[]]",
                                        "[1, \"a\"]",
                                        "{}",
                                        "{ a = 1 }",
                                        "1979-05-27T07:32:00Z",
                                        "9223372036854775807",
                                        "\"" + std::string(70'000, 'x') + "\""};
  for (const auto& section : node_file_keys())
    for (const auto& key : section.keys)
      for (const auto& value : values) {
        const auto header = section.many ? "[[" + section.name + "]]" : "[" + section.name + "]";
        const auto loaded = NodeFile{header + "\n" + key.name + " = " + value + "\n"}.load();
        INFO(header << " " << key.name << " = " << value.substr(0, 40));
        for (const auto& problem : loaded.problems) {
          CHECK_FALSE(problem.rule.empty());
          CHECK(problem.rule.size() < 500);
        }
      }
}
