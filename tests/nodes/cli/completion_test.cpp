#include "test_host.hpp"

#include <zzz_jobs/nodes/cli/verb.hpp>

#include "support/catch.hpp"
#include "support/temp_folder.hpp"

#include <array>
#include <cstdio>
#include <fstream>
#include <memory>
#include <sstream>

namespace {

using namespace zzz_jobs::node;
using test::TestHost;
using zzz_jobs::support::has;

std::string output_of(const std::string& command) {
  const std::unique_ptr<FILE, int (*)(FILE*)> pipe(popen(command.c_str(), "r"), pclose);
  REQUIRE(pipe);
  std::string text;
  std::array<char, 4096> part{};
  while (const auto size = std::fread(part.data(), 1, part.size(), pipe.get()))
    text.append(part.data(), size);
  return text;
}

std::filesystem::path written(const zzz_jobs::support::TempFolder& folder, const char* name,
                              const std::string& text) {
  auto path = folder.path() / name;
  std::ofstream(path) << text;
  return path;
}

/// What bash offers behind "zzz-jobs" and these words, the last one begun.
class Bash {
public:
  Bash() {
    TestHost host;
    REQUIRE(host.run({"completion", "bash"}) == cli::exit_ok);
    script_ = written(folder_, "completion", host.said());
  }
  [[nodiscard]] std::string offers(const std::string& words) const {
    return output_of("bash -c 'set -u; source " + script_.string() + "; COMP_WORDS=(zzz-jobs "
                     + words
                     + "); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _zzz_jobs; printf \"%s \" "
                       "\"${COMPREPLY[@]}\"'");
  }

private:
  zzz_jobs::support::TempFolder folder_{};
  std::filesystem::path script_{};
};

TEST_CASE("bash completes verbs, options and values") {
  const Bash bash;
  CHECK(bash.offers("enq") == "enqueue ");
  CHECK(bash.offers("jo") == "job ");
  CHECK(bash.offers("job ca") == "cancel ");
  CHECK(bash.offers("job list --sta") == "--state ");
  CHECK(bash.offers("job list --state di") == "discarded ");
  CHECK(bash.offers("--socket job queue dr") == "drain ");
  CHECK(bash.offers("queue drain mail --time") == "--timeout ");
  CHECK(bash.offers("completion z") == "zsh ");
  CHECK(bash.offers("job list --limit \"\"") == " ");
  CHECK_THAT(bash.offers("\"\""), has("version "));
}

TEST_CASE("bash offers every verb") {
  const Bash bash;
  const auto first = " " + bash.offers("\"\"");
  for (const auto& verb : cli::verbs()) {
    const std::string group{cli::group_of(verb)};
    CAPTURE(verb.name);
    CHECK_THAT(first, has(" " + (group.empty() ? std::string{verb.name} : group) + " "));
    if (!group.empty())
      CHECK_THAT(" " + bash.offers(group + " \"\""),
                 has(" " + std::string{verb.name.substr(group.size() + 1)} + " "));
  }
}

TEST_CASE("the completion of zsh names every verb and is a script of zsh") {
  TestHost host;
  REQUIRE(host.run({"completion", "zsh"}) == cli::exit_ok);
  CHECK_THAT(host.said(), has("#compdef zzz-jobs\n"));
  for (const auto& verb : cli::verbs()) {
    CAPTURE(verb.name);
    const auto space = verb.name.find(' ');
    const auto word = space == std::string_view::npos ? verb.name : verb.name.substr(space + 1);
    const auto line = "'" + std::string{word} + ":" + std::string{verb.summary.substr(0, 10)};
    CHECK(host.said().find(line) != std::string::npos);
  }
  if (output_of("command -v zsh").empty()) {
    WARN("no zsh here: its script is not parsed");
    return;
  }
  const zzz_jobs::support::TempFolder folder;
  const auto script = written(folder, "_zzz-jobs", host.said());
  CHECK(output_of("zsh -n " + script.string() + " 2>&1").empty());
}

TEST_CASE("a shell that is not known is refused") {
  TestHost host;
  CHECK(host.run({"completion", "fish"}) == cli::exit_usage);
  CHECK_THAT(host.complained(), has("SHELL"));
}

TEST_CASE("the manual page names every verb and option, and is formatted without complaint") {
  TestHost host;
  REQUIRE(host.run({"manual"}) == cli::exit_ok);
  const zzz_jobs::support::TempFolder folder;
  const auto page = written(folder, "zzz-jobs.1", host.said());
  if (output_of("command -v groff").empty()) {
    WARN("no groff here: the page is not formatted");
    return;
  }
  // One long line a paragraph, without bold or breaks in words.
  const auto text =
    output_of("groff -man -Tutf8 -P-c -rHY=0 -rLL=200n -ww " + page.string() + " 2>&1 | col -b");
  CHECK(text.find("warning:") == std::string::npos);
  CHECK(text.find("error:") == std::string::npos);
  for (const auto& verb : cli::verbs()) {
    CAPTURE(verb.name);
    CHECK_THAT(text, has(std::string{verb.name}));
    for (const auto& parameter : verb.parameters)
      CHECK_THAT(text, has(std::string{parameter.name}));
  }
  for (const auto& parameter : cli::global_parameters())
    CHECK_THAT(text, has(std::string{parameter.name}));
}

} // namespace
