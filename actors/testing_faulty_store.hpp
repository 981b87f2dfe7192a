#pragma once

#include <zzz_jobs/actors/testing_faults.hpp>
#include <zzz_jobs/stores/store.hpp>
#include <zzz_jobs/stores/store_signal.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace zzz_jobs::testing {

/// A store of type `S` whose calls fail when a test says so:
/// `Supervisor<FaultyStore<MemoryStore>>` is one to test outages with, its
/// `store().faults()` the switch. As safe to call from several threads as `S`.
/// `node_id` and `now` are no calls that fail.
template <Store S>
class FaultyStore {
public:
  using Config = typename S::Config;

  explicit FaultyStore(Config config) : store_(std::move(config)) {}

  [[nodiscard]] Faults& faults() noexcept { return *faults_; }
  /// What is behind it: its calls neither fail nor count.
  [[nodiscard]] S& inner() noexcept { return store_; }

  // The published operations: see concept Store.
  Job enqueue(std::string_view worker, std::string_view args, const JobOpts& opts = {}) {
    return call(StoreCall::enqueue, [&] { return store_.enqueue(worker, args, opts); });
  }
  std::optional<Job> claim(std::string_view queue) {
    return call(StoreCall::claim, [&] { return store_.claim(queue); });
  }
  void complete(std::int64_t id) {
    call(StoreCall::complete, [&] { store_.complete(id); });
  }
  void fail(std::int64_t id, std::string_view error) {
    call(StoreCall::fail, [&] { store_.fail(id, error); });
  }
  void discard(std::int64_t id, std::string_view error) {
    call(StoreCall::discard, [&] { store_.discard(id, error); });
  }
  std::uint32_t rescue_stuck(std::chrono::seconds age) {
    return call(StoreCall::rescue_stuck,
                [&] { return static_cast<std::uint32_t>(store_.rescue_stuck(age)); });
  }
  std::int64_t count_by_state(std::string_view queue, JobState state) {
    return call(StoreCall::count_by_state,
                [&] { return static_cast<std::int64_t>(store_.count_by_state(queue, state)); });
  }
  void pause(std::string_view queue) {
    call(StoreCall::pause, [&] { store_.pause(queue); });
  }
  void resume_queue(std::string_view queue) {
    call(StoreCall::resume_queue, [&] { store_.resume_queue(queue); });
  }
  bool is_paused(std::string_view queue) {
    return call(StoreCall::is_paused, [&] { return static_cast<bool>(store_.is_paused(queue)); });
  }
  std::uint32_t delete_completed(UnixTime older_than) {
    return call(StoreCall::delete_completed,
                [&] { return static_cast<std::uint32_t>(store_.delete_completed(older_than)); });
  }

  // What the actors and operators use, where `S` has it: see concept BatchStore.
  BatchResult apply(Batch& batch) requires BatchStore<S> {
    return call(StoreCall::apply, [&] { return store_.apply(batch); });
  }
  std::int64_t node_id() requires BatchStore<S> { return store_.node_id(); }
  UnixTime now() requires BatchStore<S> { return store_.now(); }
  std::optional<Job> get(std::int64_t id) requires BatchStore<S> {
    return call(StoreCall::get, [&] { return store_.get(id); });
  }
  std::vector<Job> list(const JobFilter& filter, const Page& page) requires BatchStore<S> {
    return call(StoreCall::list, [&] { return store_.list(filter, page); });
  }
  std::vector<QueueCount> counts() requires BatchStore<S> {
    return call(StoreCall::counts, [&] { return store_.counts(); });
  }
  std::vector<QueueSettings> settings() requires BatchStore<S> {
    return call(StoreCall::settings, [&] { return store_.settings(); });
  }
  Change retry(std::int64_t id) requires BatchStore<S> {
    return call(StoreCall::retry, [&] { return store_.retry(id); });
  }
  Change cancel(std::int64_t id) requires BatchStore<S> {
    return call(StoreCall::cancel, [&] { return store_.cancel(id); });
  }
  Change remove(std::int64_t id) requires BatchStore<S> {
    return call(StoreCall::remove, [&] { return store_.remove(id); });
  }
  std::vector<Claim> open_claims(std::string_view queue) requires BatchStore<S> {
    return call(StoreCall::open_claims, [&] { return store_.open_claims(queue); });
  }
  std::vector<Job> rescue_dead_owners() requires BatchStore<S> {
    return call(StoreCall::rescue_dead_owners, [&] { return store_.rescue_dead_owners(); });
  }
  std::optional<UnixTime> last_tick(std::string_view entry) requires BatchStore<S> {
    return call(StoreCall::last_tick, [&] { return store_.last_tick(entry); });
  }
  void set_cron_paused(std::string_view entry, bool paused) requires BatchStore<S> {
    call(StoreCall::set_cron_paused, [&] { store_.set_cron_paused(entry, paused); });
  }
  bool is_cron_paused(std::string_view entry) requires BatchStore<S> {
    return call(StoreCall::is_cron_paused, [&] { return store_.is_cron_paused(entry); });
  }
  UnixTime cron_since(std::string_view entry, UnixTime begin) requires BatchStore<S> {
    return call(StoreCall::cron_since, [&] { return store_.cron_since(entry, begin); });
  }
  std::uint32_t prune(const PrunePolicy& policy, std::uint32_t limit) requires BatchStore<S> {
    return call(StoreCall::prune,
                [&] { return static_cast<std::uint32_t>(store_.prune(policy, limit)); });
  }
  void look_again() requires requires(S& store) { store.look_again(); }
  { store_.look_again(); }
  void on_signal(StoreSignalHandler handler) requires requires(S& store) {
    store.on_signal(handler);
  }
  { store_.on_signal(std::move(handler)); }

private:
  template <class F>
  std::invoke_result_t<F> call(StoreCall which, F function) {
    const auto lost = faults_->begin(which);
    if (!lost)
      return function();
    (void)function();
    throw *lost;
  }

  S store_;
  std::unique_ptr<Faults> faults_ = std::make_unique<Faults>();
};

} // namespace zzz_jobs::testing
