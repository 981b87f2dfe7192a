#include "nodes/workers/commands.hpp"
#include "support/catch.hpp"
#include "support/temp_folder.hpp"

#include <zzz_jobs/config/errc.hpp>
#include <zzz_jobs/nodes/workers/check_workers.hpp>

#include <fstream>

#include <unistd.h>

namespace zzz_jobs::node {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using support::has;

/// What a section is refused with; empty if it is not.
std::string refusal(const CommandSection& section) {
  try {
    (void)make_command_worker(section);
    return {};
  } catch (const Error& error) {
    CHECK(error.code() == errc::invalid_argument);
    return error.what();
  }
}

CommandSection command(std::vector<std::string> words) {
  return {.name = "thumbnail", .command = std::move(words)};
}

void write_script(const fs::path& path, std::string_view text,
                  fs::perms permissions = fs::perms::owner_all) {
  std::ofstream{path} << text;
  fs::permissions(path, permissions);
}

TEST_CASE("what cannot be executed is refused before there is a job", "[nodes][command]") {
  const support::TempFolder folder;
  write_script(folder.path() / "plain", "no program", fs::perms::owner_read);
  const auto path = [&](const char* name) { return (folder.path() / name).string(); };

  CHECK(refusal(command({})) == R"(worker "thumbnail": command: must name a program)");
  CHECK_THAT(refusal(command({""})), has("must name a program"));
  CHECK_THAT(refusal(command({"sh", std::string("a\0b", 3)})), has("must not contain NUL"));
  CHECK_THAT(
    refusal(command({"no-such-program-anywhere", "--password=secret"})),
    has("command: program \"no-such-program-anywhere\" is in none of the folders of PATH"));
  CHECK_THAT(refusal(command({"no-such-program-anywhere", "--password=secret"})), !has("secret"));
  CHECK(refusal(command({path("missing")}))
        == "worker \"thumbnail\": command: program \"" + path("missing") + "\" is not there");
  CHECK_THAT(refusal(command({folder.path().string()})), has("is not a file"));
  CHECK_THAT(refusal(command({path("plain")})), has("is not executable by this user"));
  CHECK_THAT(refusal(command({path("plain/x")})), has("cannot be looked at: Not a directory"));

  auto section = command({"sh"});
  section.directory = path("missing");
  CHECK(refusal(section)
        == "worker \"thumbnail\": directory: \"" + path("missing") + "\" is not there");
  section.directory = path("plain");
  CHECK_THAT(refusal(section), has("is not a directory"));
}

TEST_CASE("all that is missing is found at once, and where it is named", "[nodes][command]") {
  const support::TempFolder folder;
  const auto file = folder.path() / "zzz-jobs.toml";
  std::ofstream{file} << "[[worker]]\nname = \"fine\"\ncommand = [\"sh\"]\n"
                         "[[worker]]\nname = \"first\"\ncommand = [\"no-such-program\"]\n"
                         "[[worker]]\nname = \"second\"\ncommand = [\"sh\"]\n"
                         "directory = \"/no/such/folder\"\n"
                         "[[plugin]]\npath = \"/no/such/plugin.so\"\n";
  const auto loaded = load_node_config({.file = file});
  REQUIRE(loaded.holds());
  const auto problems = problems_of_workers(loaded);
  REQUIRE(problems.size() == 3);
  CHECK(problems[0].key == "worker.first.command");
  CHECK(problems[0].origin.line == 6);
  CHECK_THAT(problems[0].rule, has("program \"no-such-program\" is in none of the folders"));
  CHECK(problems[1].key == "worker.second.directory");
  CHECK(problems[1].origin.line == 10);
  CHECK(problems[1].rule == "\"/no/such/folder\" is not there");
  CHECK(problems[2].key == "plugin[1].path");
  CHECK(problems[2].origin.line == 12);
  CHECK(problems[2].rule == "\"/no/such/plugin.so\" is not there, or no file");
}

TEST_CASE("a section's other keys have rules too", "[nodes][command]") {
  auto section = command({"sh"});
  CHECK(refusal(section).empty());
  section.stop_grace = 3601s;
  CHECK(refusal(section) == R"(worker "thumbnail": stop_grace: must be 0 s to 1 h, got 3601 s)");
  section = command({"sh"});
  section.snooze = -1s;
  CHECK_THAT(refusal(section), has("snooze: must be 0 s to 100 years, got -1 s"));
  section = command({"sh"});
  section.cpu_max = 0s;
  CHECK_THAT(refusal(section), has("cpu_max: must be 1 s to 1 year, got 0 s"));
  section = command({"sh"});
  section.memory_bytes_max = 1000;
  CHECK_THAT(refusal(section), has("memory_max: must be at least 1 MiB, got 1000 bytes"));
  for (const auto& [name, rule] :
       {std::pair{"", "must not be empty"}, std::pair{"A=B", "must not be empty or contain '='"},
        std::pair{"ZZZ_JOB_ID", "must not begin with ZZZ_JOB_"}}) {
    section = command({"sh"});
    section.environment = {{name, "secret"}};
    CHECK_THAT(refusal(section), has(rule));
    CHECK_THAT(refusal(section), !has("secret"));
  }
}

TEST_CASE("a program is looked up in PATH, the section's own first", "[nodes][command]") {
  const support::TempFolder folder;
  write_script(folder.path() / "greet", "#!/bin/sh\necho here: $1\n");
  auto section = command({"greet", "you"});
  CHECK_THAT(refusal(section), has("PATH"));
  section.environment = {{"PATH", "/nowhere::" + folder.path().string() + ":/bin:/usr/bin"}};
  CHECK(run(section).result == "here: you");
  // With a slash it begins in the directory.
  section = command({"./greet", "me"});
  section.directory = folder.path();
  CHECK(run(section).result == "here: me");
}

TEST_CASE("a program that has gone since fails the attempt and says so", "[nodes][command]") {
  const support::TempFolder folder;
  const auto script = folder.path() / "script";
  const auto inside = folder.path() / "inside";
  fs::create_directory(inside);
  write_script(script, "#!/bin/sh\necho here\n");
  auto section = command({script.string()});
  section.directory = inside;
  const auto worker = make_command_worker(section);
  CHECK(testing::run_handler(worker).result == "here");

  const auto error = [&] { return testing::run_handler(worker).error; };
  fs::remove(inside);
  CHECK(error() == "cannot go to directory \"" + inside.string() + "\": No such file or directory");
  fs::create_directory(inside);
  write_script(script, "#!/no/such/interpreter\n");
  CHECK(error()
        == "cannot execute \"" + script.string()
          + "\": the interpreter that its first line names is not there");
  write_script(script, "echo no first line\n");
  CHECK_THAT(error(), has("a script begins with a line such as #!/bin/sh"));
  fs::permissions(script, fs::perms::owner_read);
  CHECK_THAT(error(), has("Permission denied"));
  fs::remove(script);
  CHECK(error() == "cannot execute \"" + script.string() + "\": No such file or directory");
}

TEST_CASE("arguments that are too long fail the attempt and say so", "[nodes][command]") {
  auto section = command({"true", std::string(4 * 1024 * 1024, 'x')});
  CHECK_THAT(run(section).error, has("its arguments and environment are too long together"));
}

} // namespace
} // namespace zzz_jobs::node
