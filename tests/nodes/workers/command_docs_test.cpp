// The programs in docs/command-workers.md, run as its sections say.

#include "nodes/workers/commands.hpp"
#include "support/catch.hpp"
#include "support/temp_folder.hpp"

#include <zzz_jobs/config/node/load.hpp>

#include <filesystem>
#include <fstream>
#include <sstream>

namespace zzz_jobs::node {
namespace {

namespace fs = std::filesystem;
using support::has;

/// The page's blocks of a language.
std::vector<std::string> blocks_of(const std::string& language) {
  std::ifstream page{ZZZ_JOBS_COMMAND_WORKERS_PAGE};
  std::vector<std::string> blocks;
  std::string in;
  for (std::string line; std::getline(page, line);) {
    if (line.rfind("```", 0) == 0) {
      in = in.empty() ? line.substr(3) : "";
      if (in == language)
        blocks.emplace_back();
    } else if (in == language && !in.empty()) {
      blocks.back() += line + "\n";
    }
  }
  return blocks;
}

/// Writes the block whose second line is "# file: NAME" into the folder.
fs::path script(const fs::path& folder, const std::string& language, const std::string& name) {
  const auto path = folder / name;
  for (const auto& block : blocks_of(language))
    if (block.find("\n# file: " + name + "\n") != std::string::npos)
      std::ofstream{path} << block;
  REQUIRE(fs::exists(path));
  fs::permissions(path, fs::perms::owner_all);
  return path;
}

TEST_CASE("a node reads the sections that the page shows", "[nodes][command]") {
  const support::TempFolder folder;
  const auto file = folder.path() / "zzz-jobs.toml";
  {
    std::ofstream out{file};
    for (const auto& block : blocks_of("toml"))
      out << block;
  }
  const auto loaded = load_node_config({.file = file});
  for (const auto& problem : loaded.problems)
    UNSCOPED_INFO(text_of(problem));
  CHECK(loaded.holds());
  REQUIRE(loaded.config.workers.size() == 1);
  CHECK(loaded.config.workers[0].command.size() == 3);
  CHECK(loaded.config.workers[0].opts.timeout == std::chrono::seconds{120});
  REQUIRE(loaded.config.plugins.size() == 1);
}

TEST_CASE("the page's shell script makes thumbnails", "[nodes][command]") {
  const support::TempFolder folder;
  const auto section = CommandSection{
    .name = "thumbnail",
    .command = {script(folder.path(), "sh", "thumbnail").string(), "--width", "300"}};
  const auto picture = (folder.path() / "1.jpg").string();
  std::ofstream{picture} << "a picture";
  const auto done = run(section, picture);
  CHECK(done.result == picture + ".small");
  CHECK(fs::exists(picture + ".small"));
  REQUIRE(done.progress);
  CHECK(done.progress->percent == 50);
  CHECK(run(section, "/no/picture").error == "exit status 1: /no/picture is not there");
}

TEST_CASE("the page's Python program ends in each of the ways", "[nodes][command]") {
  if (std::system("python3 -c 'import json' >/dev/null 2>&1") != 0) {
    WARN("python3 is not installed: its example was not run");
    return;
  }
  const support::TempFolder folder;
  const auto section = CommandSection{
    .name = "import_feed", .command = {script(folder.path(), "python", "import_feed").string()}};
  const auto of = [&](const std::string& feed) {
    return run(section, R"({"feed":")" + feed + R"("})", {.attempt = 3});
  };
  CHECK(of("news").result == R"({"entries": 12, "attempt": 3})");
  CHECK(of("news").progress.has_value());
  CHECK(of("gone").state == JobState::discarded);
  CHECK(of("gone").error == "the feed was deleted");
  CHECK(of("busy").outcome == OutcomeKind::snooze);
  CHECK_THAT(of("bad").error, has("exit status 1: "));
  CHECK_THAT(of("bad").error, has("ValueError: the feed is no XML"));
}

} // namespace
} // namespace zzz_jobs::node
