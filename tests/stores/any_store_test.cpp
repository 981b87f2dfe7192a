#include "support/catch.hpp"
#include "support/list_store.hpp"

#include <zzz_jobs/stores/any_store.hpp>
#include <zzz_jobs/stores/memory_store.hpp>

namespace zzz_jobs {
namespace {

static_assert(Store<MemoryStore> && BatchStore<MemoryStore>);
static_assert(Store<tests::ListStore> && !BatchStore<tests::ListStore>);
static_assert(BatchStore<PlainStoreAdapter<tests::ListStore>>);

/// One job's way through a store that is known by its functions only.
void work_one_job(AnyStore& store, KnownWorkers known) {
  Batch enqueue;
  enqueue.enqueues.push_back(make_new_job("mailer", "[1]", {.queue = "mail"}));
  const auto id = store.apply(enqueue).enqueued.at(0).id;
  CHECK(store.count_by_state("mail", JobState::available) == 1);
  Batch claim;
  claim.claims.push_back({.queue = "mail", .slots = 5, .known_workers = std::move(known)});
  const auto jobs = store.apply(claim).claimed.at(0);
  REQUIRE(jobs.size() == 1);
  CHECK(jobs[0].id == id);
  CHECK(store.get(id)->state == JobState::executing);
  CHECK(store.open_claims(std::vector<std::string>{"mail"}).at(0).size() == 1);
  Batch end;
  end.outcomes.push_back({.claim = jobs[0].claim()});
  CHECK(store.apply(end).outcomes.at(0) == OutcomeResult::applied);
  CHECK(store.count_by_state("mail", JobState::completed) == 1);
  store.pause("mail");
  CHECK(store.is_paused("mail"));
  REQUIRE(store.settings().size() == 1);
  CHECK(store.settings()[0].paused);
  store.resume_queue("mail");
  CHECK(store.delete_completed(store.now() + std::chrono::hours{1}) == 1);
  CHECK(store.counts().empty());
}

TEST_CASE("any_store of a batch store calls the store itself", "[any_store]") {
  MemoryStore memory;
  const auto store = any_store(memory);
  work_one_job(*store, {});
  CHECK(store->node_id() == memory.node_id());
  const auto id = memory.enqueue("mailer", "{}").id;
  CHECK(store->list({}, {}).at(0).id == id);
  CHECK(store->cancel(id).result == ChangeResult::changed);
  CHECK(store->retry(id).result == ChangeResult::changed);
  CHECK(store->remove(id).result == ChangeResult::changed);
  CHECK_FALSE(memory.get(id));
}

TEST_CASE("any_store of a plain store works through the adapter", "[any_store]") {
  tests::ListStore plain{{}};
  const auto store = any_store(plain);
  work_one_job(*store,
               std::make_shared<const std::unordered_set<std::string>>(
                 std::unordered_set<std::string>{"mailer"}));
  CHECK(plain.rows().empty());
}

} // namespace
} // namespace zzz_jobs
