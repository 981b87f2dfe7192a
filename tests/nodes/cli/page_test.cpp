#include "test_host.hpp"

#include <zzz_jobs/nodes/cli/verb.hpp>

#include "support/catch.hpp"

#include <fstream>
#include <iterator>
#include <sstream>

namespace {

using namespace zzz_jobs::node;

std::string file(const std::string& name) {
  std::ifstream in(std::string{ZZZ_JOBS_DOCS_FOLDER "/"} + name);
  REQUIRE(in);
  return {std::istreambuf_iterator<char>{in}, std::istreambuf_iterator<char>{}};
}

std::string rows(const std::vector<cli::Parameter>& parameters) {
  if (parameters.empty())
    return {};
  std::string text = "\n| parameter | |\n|---|---|\n";
  for (const auto& parameter : parameters) {
    text += "| `" + std::string{parameter.name};
    if (!parameter.is_positional() && !parameter.is_flag())
      text += " " + std::string{parameter.value};
    text += "` | " + std::string{parameter.help};
    if (!parameter.choices.empty())
      text += ": `" + std::string{parameter.choices} + "`";
    text += " |\n";
  }
  return text;
}

/// What docs/cli.md says of the commands, from its heading on.
std::string reference() {
  std::string text = "## Commands\n\nEvery command takes these as well, before it or behind it:\n"
    + rows(cli::global_parameters());
  for (const auto& verb : cli::verbs())
    text += "\n### " + std::string{verb.name} + "\n\n" + std::string{verb.summary} + ".\n"
      + rows(verb.parameters);
  return text;
}

TEST_CASE("docs/cli.md lists every command with its parameters") {
  const auto page = file("cli.md");
  const auto begin = page.find("## Commands\n");
  REQUIRE(begin != std::string::npos);
  std::istringstream written(page.substr(begin));
  std::istringstream wanted(reference());
  for (std::string right, line; std::getline(wanted, right);) {
    REQUIRE(std::getline(written, line));
    REQUIRE(line == right);
  }
  CHECK_FALSE(written.peek() != std::istringstream::traits_type::eof());
}

TEST_CASE("docs/zzz-jobs.1 is what the program writes") {
  test::TestHost host;
  REQUIRE(host.run({"manual"}) == cli::exit_ok);
  INFO("zzz-jobs manual >docs/zzz-jobs.1");
  CHECK(file("zzz-jobs.1") == host.said());
}

} // namespace
