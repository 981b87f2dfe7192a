#include "support/catch.hpp"
#include "support/supervisors.hpp"

#include <zzz_jobs/nodes/workers/plugin_loader.hpp>
#include <zzz_jobs/testing.hpp>

#include <cstdlib>
#include <fstream>

namespace zzz_jobs::node {
namespace {

namespace fs = std::filesystem;
using support::has;

/// A plug-in that was built beside this test.
fs::path plugin(const char* name) {
  return fs::path{ZZZ_JOBS_TEST_PLUGINS} / (std::string{name} + ".so");
}

struct Node {
  support::Log log{};
  MemorySupervisor supervisor{{}, [this] {
                                auto config = support::quick();
                                config.log = log.sink();
                                return config;
                              }()};
  PluginLoader loader{supervisor, {"from_file"}};

  /// What a plug-in is refused with; empty if it is not.
  std::string refusal(const fs::path& path, errc code = errc::invalid_argument) {
    try {
      loader.load(path);
      return {};
    } catch (const Error& error) {
      CHECK(error.code() == code);
      CHECK_THAT(error.what(), has("plug-in \"" + fs::absolute(path).string() + "\": "));
      return error.what();
    }
  }
  /// Loads the misbehaving one with this wish.
  std::string refusal_of(const char* wish, errc code = errc::invalid_argument) {
    setenv("ZZZ_TEST_PLUGIN", wish, 1);
    auto text = refusal(plugin("misbehaving"), code);
    unsetenv("ZZZ_TEST_PLUGIN");
    return text;
  }
  [[nodiscard]] bool knows(const char* worker) {
    try {
      testing::run_handler(supervisor, worker);
      return true;
    } catch (const Error&) {
      return false;
    }
  }
};

TEST_CASE("a plug-in's handlers run, and enqueue and log", "[nodes][plugin]") {
  Node node;
  CHECK(node.loader.load(fs::path{ZZZ_JOBS_EXAMPLE_PLUGIN})
        == std::vector<std::string>{"count_words", "report_word"});
  node.supervisor.start();
  const auto job = node.supervisor.enqueue("count_words", R"({"text":"to be or not to be"})");
  REQUIRE(support::comes_to(node.supervisor, job.id, JobState::completed));
  CHECK(node.supervisor.get(job.id)->result == "4 different words");
  REQUIRE(support::eventually(
    [&] { return node.supervisor.count_by_state("default", JobState::completed) == 3; }));
  const auto reports = node.supervisor.list({.worker = "report_word"});
  REQUIRE(reports.size() == 2);
  for (const auto& report : reports)
    CHECK((report.result == "be: 2" || report.result == "to: 2"));
  CHECK(node.log.has("word_repeated count=2"));

  // Its exceptions and the library's are understood on both sides.
  const auto failed = testing::run_handler(node.supervisor, "count_words", R"({"text":""})");
  CHECK(failed.error == "text must not be empty");
  CHECK_THAT(testing::run_handler(node.supervisor, "count_words", R"({"text":7})").error,
             has("field \"text\" must be a string"));
}

TEST_CASE("a plug-in's handlers outlive its loader", "[nodes][plugin]") {
  MemorySupervisor supervisor{{}, support::quick()};
  PluginLoader{supervisor}.load(fs::path{ZZZ_JOBS_EXAMPLE_PLUGIN});
  supervisor.start();
  const auto job = supervisor.enqueue("count_words", R"({"text":"to be or not to be"})");
  REQUIRE(support::eventually(
    [&] { return supervisor.count_by_state("default", JobState::completed) == 3; }));
  CHECK(supervisor.get(job.id)->result == "4 different words");
}

#ifdef ZZZ_JOBS_TEST_PAGE_PLUGIN
TEST_CASE("the page's plug-in is one", "[nodes][plugin]") {
  Node node;
  CHECK(node.loader.load(plugin("page")) == std::vector<std::string>{"shout"});
  CHECK(testing::run_handler(node.supervisor, "shout", R"({"text":"hear"})").result == "hear!");
  const auto lengthy = std::string(1001, 'x');
  CHECK(testing::run_handler(node.supervisor, "shout", R"({"text":")" + lengthy + R"("})").result
        == lengthy + "!");
  CHECK(node.supervisor.list({.worker = "archive"}).size() == 1);
}
#endif

TEST_CASE("what is no plug-in of this version is refused", "[nodes][plugin]") {
  Node node;
  const support::TempFolder folder;
  CHECK_THAT(node.refusal(folder.path() / "missing.so"), has("cannot be loaded: "));
  CHECK_THAT(node.refusal(folder.path() / "missing.so"), has("No such file"));
  std::ofstream{folder.path() / "text.so"} << "no object";
  CHECK_THAT(node.refusal(folder.path() / "text.so"), has("cannot be loaded: "));
  CHECK_THAT(node.refusal(plugin("no_plugin")),
             has("is no plug-in: it has no function zzz_jobs_plugin_facts"));
  CHECK_THAT(node.refusal(plugin("other_abi")),
             has("is made for plug-in interface 2, this node has 1: build it with"));
  CHECK_THAT(node.refusal(plugin("other_layout")),
             has("was built with types of another size: build it with"));
}

TEST_CASE("a plug-in that fails to register has registered nothing", "[nodes][plugin]") {
  Node node;
  CHECK_THAT(node.refusal_of("throws", errc::not_allowed), has("IMAGE_HOME is not set"));
  CHECK_THAT(node.refusal_of("twice"), has("registers worker \"first\" twice"));
  CHECK_THAT(node.refusal_of("bad_options"), has("max_attempts"));
  CHECK_THAT(node.refusal_of("no_handler"), has("worker \"second\": handler must not be empty"));
  CHECK_THAT(node.refusal_of("enqueues", errc::not_allowed),
             has("a plug-in enqueues nothing as it is loaded"));
  CHECK_THAT(node.refusal_of("none"), has("registers no worker"));
  CHECK_FALSE(node.knows("first"));
  CHECK_FALSE(node.knows("second"));
  CHECK(node.refusal_of("well").empty());
  CHECK(node.knows("first"));
}

TEST_CASE("a worker's name is one plug-in's alone", "[nodes][plugin]") {
  Node node;
  node.loader.load(fs::path{ZZZ_JOBS_EXAMPLE_PLUGIN});
  CHECK_THAT(node.refusal(fs::path{ZZZ_JOBS_EXAMPLE_PLUGIN}),
             has("worker \"count_words\" is registered already, by plug-in \""));
  PluginLoader other{node.supervisor, {"count_words"}};
  CHECK_THROWS_WITH(other.load(fs::path{ZZZ_JOBS_EXAMPLE_PLUGIN}),
                    has("worker \"count_words\" is registered already, by the node's file"));
}

TEST_CASE("a plug-in registers workers only as it is loaded", "[nodes][plugin]") {
  Node node;
  CHECK(node.refusal_of("late").empty());
  CHECK_THAT(testing::run_handler(node.supervisor, "second").error,
             has("worker \"third\": a plug-in's workers are registered as it is loaded"));
  CHECK_FALSE(node.knows("third"));
}

TEST_CASE("a plug-in hears what happens on its node, unless it was refused", "[nodes][plugin]") {
  Node node;
  CHECK_THAT(node.refusal_of("no_listener"), has("on_event: handler must not be empty"));
  CHECK_THAT(node.refusal_of("throws", errc::not_allowed), has("IMAGE_HOME is not set"));
  node.supervisor.register_worker("other", [](std::string_view, JobContext&) {});
  const auto before = node.supervisor.enqueue("other");
  CHECK(node.refusal_of("listens_late").empty());
  node.supervisor.start();
  const auto heard = [&](const char* event, std::int64_t job) {
    return support::eventually([&] {
      return node.log.has(std::string{"heard event="} + event + " job=" + std::to_string(job));
    });
  };
  CHECK(heard("job_started", before.id));
  CHECK(heard("job_completed", before.id));
  CHECK_FALSE(node.log.has("heard event=job_enqueued job=" + std::to_string(before.id)));
  CHECK_THAT(testing::run_handler(node.supervisor, "second").error,
             has("a plug-in asks for events as it is loaded"));
}

} // namespace
} // namespace zzz_jobs::node
