// What a supervisor deletes by itself.
#include "conformance/virtual_clock.hpp"
#include "support/catch.hpp"
#include "support/supervisors.hpp"

#include <atomic>

using namespace zzz_jobs;
using namespace zzz_jobs::support;
using namespace std::chrono_literals;

namespace {

/// Looks for what to prune all the time.
SupervisorConfig pruning(const PrunePolicy& retention) {
  auto config = quick();
  config.retention = retention;
  config.prune_interval = 10ms;
  return config;
}

/// Ends as its arguments say.
void end_as_told(std::string_view args, JobContext& context) {
  if (args == "discard")
    context.discard("hopeless");
  else if (args == "cancel")
    context.cancel("not wanted");
}

/// A store that counts the rounds of pruning.
template <class S>
class Counting : public S {
public:
  using S::S;
  std::uint32_t prune(const PrunePolicy& policy, std::uint32_t limit) {
    const auto deleted = S::prune(policy, limit);
    ++*rounds;
    return deleted;
  }
  std::shared_ptr<std::atomic<int>> rounds = std::make_shared<std::atomic<int>>(0);
};

template <class S>
void run_and_keep_all(typename S::Config store) {
  Supervisor<Counting<S>> supervisor{std::move(store), pruning({})};
  supervisor.register_worker("w", end_as_told);
  supervisor.start();
  const JobState ends[]{JobState::completed, JobState::discarded, JobState::cancelled};
  std::vector<std::int64_t> ids;
  for (const auto* how : {"complete", "discard", "cancel"})
    ids.push_back(supervisor.enqueue("w", how).id);
  for (std::size_t i = 0; i < ids.size(); ++i)
    REQUIRE(comes_to(supervisor, ids[i], ends[i]));
  const int before = *supervisor.store().rounds;
  REQUIRE(eventually([&] { return *supervisor.store().rounds > before + 2; }));
  for (std::size_t i = 0; i < ids.size(); ++i)
    CHECK(state_of(supervisor, ids[i]) == ends[i]);
}

} // namespace

TEMPLATE_LIST_TEST_CASE("of each final state the newest so many are kept, by itself", "[pruning]",
                        SupervisorStores) {
  const auto [how, state, policy] = GENERATE(table<std::string, JobState, PrunePolicy>({
    {"complete", JobState::completed, PrunePolicy{.completed = {.count = 1}}},
    {"discard", JobState::discarded, PrunePolicy{.discarded = {.count = 1}}},
    {"cancel", JobState::cancelled, PrunePolicy{.cancelled = {.count = 1}}},
  }));
  const auto kept_state = state; // clang 14 captures no structured bindings
  CAPTURE(how);
  TestType over;
  typename TestType::Supervisor supervisor{over.store_config(), pruning(policy)};
  supervisor.register_worker("w", end_as_told);
  supervisor.start();
  const auto waiting = supervisor.enqueue("w", how, {.delay = 1h});
  std::vector<std::int64_t> kept; // of the other states
  for (const std::string other : {"complete", "discard", "cancel"})
    if (other != how)
      kept.push_back(supervisor.enqueue("w", other).id);
  for (int i = 0; i < 20; ++i)
    supervisor.enqueue("w", how);
  CHECK(eventually([&] {
    const auto& stats = supervisor.stats();
    return stats.completed + stats.discarded + stats.cancelled == 22
      && supervisor.count_by_state("default", kept_state) == 1;
  }));
  for (const auto id : kept)
    CHECK(is_final(state_of(supervisor, id)));
  CHECK(state_of(supervisor, waiting.id) == JobState::scheduled);
}

TEMPLATE_LIST_TEST_CASE("one round of pruning deletes all that is to go, not a page of it",
                        "[pruning]", SupervisorStores) {
  TestType over;
  auto config = pruning({.cancelled = {.count = 1}});
  config.prune_interval = 24h; // so there is one round, at the start
  typename TestType::Supervisor supervisor{over.store_config(), config};
  std::vector<std::int64_t> ids;
  for (const auto& one : supervisor.enqueue_many(std::vector<JobRequest>(2'500, {"w", "", {}})))
    ids.push_back(one.id);
  supervisor.change_all(ChangeKind::cancel, ids);
  REQUIRE(supervisor.count_by_state("default", JobState::cancelled) == 2'500);
  supervisor.start();
  CHECK(eventually([&] { return supervisor.count_by_state("default", JobState::cancelled) == 1; }));
}

TEMPLATE_LIST_TEST_CASE("a job vanishes by itself when it has been final for its age", "[pruning]",
                        SupervisorStores) {
  TestType over;
  const auto clock = std::make_shared<conformance::VirtualClock>();
  over.clock = clock;
  const Retention minute{.age = 60s};
  typename TestType::Supervisor supervisor{
    over.store_config(), pruning({.completed = minute, .discarded = minute, .cancelled = minute})};
  supervisor.register_worker("w", end_as_told);
  supervisor.start();
  const auto [how, state] = GENERATE(table<std::string, JobState>({
    {"complete", JobState::completed},
    {"discard", JobState::discarded},
    {"cancel", JobState::cancelled},
  }));
  CAPTURE(how);
  const auto older = supervisor.enqueue("w", how).id;
  REQUIRE(comes_to(supervisor, older, state));
  clock->advance(40s);
  const auto newer = supervisor.enqueue("w", how).id;
  REQUIRE(comes_to(supervisor, newer, state));
  CHECK(supervisor.get(older));
  clock->advance(21s);
  CHECK(eventually([&] { return !supervisor.get(older); }));
  CHECK(state_of(supervisor, newer) == state);
}

TEMPLATE_LIST_TEST_CASE("a supervisor that is told nothing of retention keeps every job",
                        "[pruning]", SupervisorStores) {
  TestType over;
  const auto clock = std::make_shared<conformance::VirtualClock>();
  over.clock = clock;
  using Store =
    std::remove_reference_t<decltype(std::declval<typename TestType::Supervisor&>().store())>;
  CHECK_FALSE(SupervisorConfig{}.retention.completed.age);
  CHECK_FALSE(SupervisorConfig{}.retention.completed.count);
  run_and_keep_all<Store>(over.store_config());
}
