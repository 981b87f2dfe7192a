// The programs in docs/command-workers.md, run as its sections say.

#include "nodes/workers/commands.hpp"
#include "support/catch.hpp"
#include "support/temp_folder.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace zzz_jobs::node {
namespace {

namespace fs = std::filesystem;
using support::has;

/// Writes the page's block whose second line is "# file: NAME" into the folder.
fs::path script(const fs::path& folder, const std::string& name) {
  std::ifstream page{ZZZ_JOBS_COMMAND_WORKERS_PAGE};
  std::string block;
  bool inside = false;
  for (std::string line; std::getline(page, line);) {
    if (line.rfind("```", 0) != 0) {
      block += inside ? line + "\n" : "";
      continue;
    }
    if (inside && block.find("\n# file: " + name + "\n") != std::string::npos)
      break;
    inside = !inside;
    block.clear();
  }
  REQUIRE_FALSE(block.empty());
  const auto path = folder / name;
  std::ofstream{path} << block;
  fs::permissions(path, fs::perms::owner_all);
  return path;
}

TEST_CASE("the page's shell script makes thumbnails", "[nodes][command]") {
  const support::TempFolder folder;
  const auto section =
    CommandSection{.name = "thumbnail",
                   .command = {script(folder.path(), "thumbnail").string(), "--width", "300"}};
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
  const auto section = CommandSection{.name = "import_feed",
                                      .command = {script(folder.path(), "import_feed").string()}};
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
