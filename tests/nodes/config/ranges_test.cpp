// The ranges of the keys are those of the library: what a key lets through no
// supervisor or store refuses, and the other way round.

#include "loaded.hpp"

#include "support/catch.hpp"

#include <zzz_jobs/config/errc.hpp>
#include <zzz_jobs/config/node/keys.hpp>
#include <zzz_jobs/config/node/units.hpp>
#include <zzz_jobs/stores/new_job.hpp>

#include <algorithm>

using namespace zzz_jobs;
using namespace zzz_jobs::node;
using namespace zzz_jobs::node::tests;
using namespace std::chrono_literals;

namespace {

using Texts = std::vector<std::string>;

KeyFacts key_of(const std::string& section, const std::string& name) {
  for (const auto& facts : node_file_keys())
    if (facts.name == section)
      for (const auto& key : facts.keys)
        if (key.name == name)
          return key;
  FAIL("there is no key " << section << "." << name);
  return {};
}

/// "10 ms..3600000 ms" or "1..10000" of the library as a key's "10ms to 1h".
std::string as_key_range(const std::string& range) {
  const auto dots = range.find("..");
  const auto part = [](const std::string& text) {
    const auto number = std::stoll(text);
    return text.ends_with(" ms") ? duration_text(std::chrono::milliseconds{number})
                                 : grouped(static_cast<std::uint64_t>(number));
  };
  return part(range.substr(0, dots)) + " to " + part(range.substr(dots + 2));
}

struct Limit {
  std::string key;
  std::string range;
};

/// From the supervisor's own complaints.
std::vector<Limit> limits_of_supervisor() {
  SupervisorConfig wrong;
  wrong.queues = {{.name = "q", .concurrency = 0, .poll_interval = -1ms}};
  wrong.poll_interval = wrong.shutdown_timeout = wrong.stop_grace = wrong.store_timeout = -1ms;
  wrong.rescue_after = -1s;
  wrong.rescue_interval = wrong.prune_interval = -1ms;
  wrong.prefetch_max = wrong.scheduler_threads = 4'000'000'000U;
  std::vector<Limit> limits;
  for (const auto& problem : problems_of(wrong)) {
    const std::string verb = " must be ";
    const auto middle = problem.find(verb);
    const auto end = problem.find(", got");
    limits.push_back(
      {problem.substr(0, middle),
       as_key_range(problem.substr(middle + verb.size(), end - middle - verb.size()))});
  }
  return limits;
}

bool is_taken(const JobOpts& opts) {
  try {
    (void)make_new_job("worker", "", opts);
    return true;
  } catch (const Error&) {
    return false;
  }
}

/// What a worker's key says of a value.
bool holds(const std::string& key, const std::string& value) {
  return load_node_config({.flags = {"worker.w.command=true", "worker.w." + key + "=" + value}})
    .holds();
}

} // namespace

TEST_CASE("the ranges of [node] and [[queue]] are the supervisor's", "[node][config]") {
  const auto limits = limits_of_supervisor();
  CHECK(limits.size() == 11);
  const std::string queue = "queue \"q\": ";
  for (const auto& [key, range] : limits) {
    INFO(key);
    const auto facts =
      key.starts_with(queue) ? key_of("queue", key.substr(queue.size())) : key_of("node", key);
    CHECK(facts.range == range);
  }
}

TEST_CASE("the options of jobs have the ranges of an enqueue", "[node][config]") {
  for (const std::int32_t attempts : {0, 1, 10'000, 10'001})
    CHECK(holds("max_attempts", std::to_string(attempts)) == is_taken({.max_attempts = attempts}));
  for (const auto timeout :
       {0s, 1s, std::chrono::seconds{std::chrono::days{30}}, std::chrono::days{30} + 1s})
    CHECK(holds("timeout", std::to_string(timeout.count())) == is_taken({.timeout = timeout}));
  for (const std::int64_t priority : {-2'147'483'648LL, 2'147'483'647LL})
    CHECK(holds("priority", std::to_string(priority)));
  for (const std::int64_t priority : {-2'147'483'649LL, 2'147'483'648LL})
    CHECK_FALSE(holds("priority", std::to_string(priority)));
  for (const std::size_t size : {1U, 255U, 256U})
    CHECK(holds("queue", std::string(size, 'q')) == is_taken({.queue = std::string(size, 'q')}));
}

TEST_CASE("the defaults are the library's", "[node][config]") {
  const auto with = [](const std::string& section, const std::string& name) {
    return key_of(section, name).standard;
  };
  const NewJob job = make_new_job("worker", "", {});
  for (const std::string section : {"worker", "cron"}) {
    CHECK(with(section, "queue") == "\"" + job.queue + "\"");
    CHECK(with(section, "priority") == std::to_string(job.priority));
    CHECK(with(section, "max_attempts") == std::to_string(job.max_attempts));
    CHECK(with(section, "timeout") == "\"" + duration_text(job.timeout) + "\"");
  }
  auto made = supervisor_config_of({});
  const SupervisorConfig standard;
  CHECK(made.poll_interval == standard.poll_interval);
  CHECK(made.shutdown_timeout == standard.shutdown_timeout);
  CHECK(made.stop_grace == standard.stop_grace);
  CHECK(made.store_timeout == standard.store_timeout);
  CHECK(made.unknown_workers == standard.unknown_workers);
  CHECK(made.rescue_after == standard.rescue_after);
  CHECK(made.rescue_interval == standard.rescue_interval);
  CHECK(made.prune_interval == standard.prune_interval);
  CHECK(made.prefetch_max == standard.prefetch_max);
  CHECK(made.scheduler_threads == standard.scheduler_threads);
}

TEST_CASE("both ends of every range are in it", "[node][config]") {
  int tried = 0;
  for (const auto& section : node_file_keys())
    for (const auto& key : section.keys) {
      const auto middle = key.range.find(" to ");
      if (middle == std::string::npos || key.range.ends_with("bytes")
          || key.range.ends_with("characters"))
        continue;
      for (auto end : {key.range.substr(0, middle), key.range.substr(middle + 4)}) {
        std::erase(end, ',');
        const auto flag = section.name + (section.many ? ".x." : ".") + key.name + "=" + end;
        const auto loaded = load_node_config({.flags = {flag}});
        INFO(flag);
        const auto named = section.name + (section.many ? ".x." : ".") + key.name;
        CHECK(std::ranges::none_of(loaded.problems, [&](const ConfigProblem& problem) {
          return problem.key == named && !problem.warning;
        }));
        CHECK(loaded.origins.contains(named));
        ++tried;
      }
    }
  CHECK(tried > 60);
}
