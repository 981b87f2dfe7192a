// docs/node-file.md and the commented files, beside the program.

#include "loaded.hpp"

#include "support/catch.hpp"

#include <zzz_jobs/config/node/keys.hpp>
#include <zzz_jobs/config/node/show.hpp>

#include <algorithm>
#include <fstream>
#include <regex>
#include <sstream>

using namespace zzz_jobs;
using namespace zzz_jobs::node;
using namespace zzz_jobs::node::tests;

namespace {

using Texts = std::vector<std::string>;
namespace fs = std::filesystem;

const fs::path source_folder = ZZZ_JOBS_SOURCE_FOLDER;

std::string content_of(const fs::path& file) {
  std::ifstream stream{file};
  std::stringstream text;
  text << stream.rdbuf();
  REQUIRE_FALSE(text.str().empty());
  return text.str();
}

Texts lines_of(const fs::path& file) {
  Texts lines;
  std::istringstream stream{content_of(file)};
  for (std::string line; std::getline(stream, line);)
    lines.push_back(line);
  return lines;
}

std::string trimmed(const std::string& text) {
  const auto first = text.find_first_not_of(" `");
  return first == std::string::npos ? ""
                                    : text.substr(first, text.find_last_not_of(" `") + 1 - first);
}

/// "SECTION | key | type | default | range" of each row of the page's tables.
Texts rows_of_page() {
  Texts rows;
  std::string section;
  for (const auto& line : lines_of(source_folder / "docs/node-file.md")) {
    if (line.starts_with("### "))
      section = line.substr(4);
    if (section.empty() || !line.starts_with("| `"))
      continue;
    std::istringstream cells{line.substr(1)};
    auto row = section;
    std::string cell;
    for (int column = 0; column < 4 && std::getline(cells, cell, '|'); ++column)
      row += " | " + trimmed(cell);
    rows.push_back(row);
    std::getline(cells, cell, '|');
    INFO(line);
    CHECK_FALSE(trimmed(cell).empty()); // the effect
  }
  return rows;
}

Texts rows_of_program() {
  Texts rows;
  for (const auto& section : node_file_keys())
    for (const auto& key : section.keys) {
      const auto standard = key.standard.empty() ? "none" : key.standard;
      rows.push_back((section.many ? "[[" + section.name + "]]" : "[" + section.name + "]") + " | "
                     + key.name + " | " + key.type + " | "
                     + (key.required ? "must be given" : standard) + " | " + key.range);
    }
  return rows;
}

/// The ```toml blocks of the page.
Texts blocks_of_page() {
  Texts blocks;
  bool inside = false;
  for (const auto& line : lines_of(source_folder / "docs/node-file.md")) {
    if (line.starts_with("```")) {
      inside = line == "```toml";
      if (inside)
        blocks.emplace_back();
    } else if (inside) {
      blocks.back() += line + "\n";
    }
  }
  return blocks;
}

/// One of the files of config/ in a folder of its own, with what it names beside it.
NodeFile example(const std::string& name) {
  NodeFile file{content_of(source_folder / "config" / name)};
  file.write("database-url", "postgresql://mailer:secret@127.0.0.1/shop\n");
  file.write("http-token", "0123456789abcdef\n");
  return file;
}

LoadedConfig without_complaint(const NodeFile& file, const Texts& flags = {}) {
  auto loaded = file.load({}, flags);
  CHECK(complaints(loaded) == Texts{});
  CHECK(complaints(loaded, true) == Texts{});
  return loaded;
}

/// The flags of each `zzz-jobs node run` in a file's comments.
std::vector<Texts> commented_flags(const std::string& name) {
  std::vector<Texts> commands;
  bool goes_on = false;
  for (const auto& line : lines_of(source_folder / "config" / name)) {
    if (line.starts_with("#   zzz-jobs node run"))
      commands.emplace_back();
    else if (!goes_on || !line.starts_with("#"))
      continue;
    const std::regex flag{"--set ([^ ]+)"};
    for (std::sregex_iterator at{line.begin(), line.end(), flag}, end; at != end; ++at)
      commands.back().push_back((*at)[1]);
    goes_on = line.ends_with("\\");
  }
  return commands;
}

} // namespace

TEST_CASE("the page has every key with its type, default and range", "[node][config][page]") {
  const auto page = rows_of_page();
  const auto program = rows_of_program();
  CHECK(program.size() > 70);
  for (const auto& row : program) {
    INFO(row);
    CHECK(std::ranges::count(page, row) == 1);
  }
  for (const auto& row : page) {
    INFO(row);
    CHECK(std::ranges::count(program, row) == 1);
  }
}

TEST_CASE("the page's files are right", "[node][config][page]") {
  const auto blocks = blocks_of_page();
  REQUIRE_FALSE(blocks.empty());
  for (const auto& block : blocks)
    without_complaint(NodeFile{block});
}

TEST_CASE("the page tells problems as the program does", "[node][config][page]") {
  const NodeFile file{"[store]\npath = \"jobs.db\"\n\n[[queue]]\nname = \"mail\"\nconcurrency = 0\n"
                      "pol_interval = 5\n"};
  auto loaded = file.load({{"ZZZ_JOBS_STORE_LEASE", "soon"}});
  const auto page = content_of(source_folder / "docs/node-file.md");
  CHECK(loaded.problems.size() == 3);
  for (auto& problem : loaded.problems) {
    if (problem.origin.source == Origin::Source::file)
      problem.origin.name = "zzz-jobs.toml";
    INFO(text_of(problem));
    CHECK(page.find("\n" + text_of(problem) + "\n") != std::string::npos);
  }
}

TEST_CASE("quickstart.toml is right and works anywhere", "[node][config][page]") {
  const auto config = without_complaint(example("quickstart.toml")).config;
  CHECK(config.store.kind == StoreKind::sqlite);
  CHECK(config.queues.size() == 1);
  CHECK(config.workers.size() == 2);
  CHECK(config.http.listen.empty());
  CHECK(config.cluster.listen.empty());
  for (const auto& worker : config.workers)
    CHECK(worker.command.front() == "sh");
}

TEST_CASE("what quickstart.toml has behind marks is right too", "[node][config][page]") {
  auto text = content_of(source_folder / "config/quickstart.toml");
  const auto begin = text.find("# [[cron]]");
  REQUIRE(begin != std::string::npos);
  for (auto at = begin; text.compare(at, 2, "# ") == 0; at = text.find('\n', at) + 1)
    text.erase(at, 2);
  CHECK(without_complaint(NodeFile{text}).config.crons.size() == 1);
}

TEST_CASE("production.toml is right", "[node][config][page]") {
  const auto config = without_complaint(example("production.toml")).config;
  CHECK(config.store.kind == StoreKind::postgres);
  CHECK_FALSE(config.store.migrate);
  CHECK(config.store.url.reveal() == "postgresql://mailer:secret@127.0.0.1/shop");
  CHECK(config.http.token.reveal() == "0123456789abcdef");
  CHECK(config.crons.front().args == R"({"format":"pdf","to":["ann@example.org"]})");
}

TEST_CASE("cluster.toml is right for each of its nodes", "[node][config][page]") {
  const auto file = example("cluster.toml");
  const auto commands = commented_flags("cluster.toml");
  REQUIRE(commands.size() == 3);
  const auto a = without_complaint(file, commands[0]).config;
  const auto b = without_complaint(file, commands[1]).config;
  const auto c = without_complaint(file, commands[2]).config;
  CHECK(a.name == "a");
  CHECK(b.name == "b");
  CHECK(c.name == "c");
  CHECK(a.cluster.gateway);
  CHECK_FALSE(b.cluster.gateway);
  CHECK(a.cluster.listen != b.cluster.listen);
  CHECK(a.cluster.tls.certificate != b.cluster.tls.certificate);
  CHECK(a.store.kind == StoreKind::postgres);
  CHECK(c.store.kind == StoreKind::gateway);
  CHECK(c.store.gateways == Texts{"zzz://" + a.cluster.listen});
  for (const auto* node : {&a, &b, &c})
    CHECK(node->cluster.tls.is_set());
}
