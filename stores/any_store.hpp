#pragma once

#include <zzz_jobs/stores/node_record.hpp>
#include <zzz_jobs/stores/plain_store_adapter.hpp>
#include <zzz_jobs/stores/store.hpp>
#include <zzz_jobs/stores/store_signal.hpp>

#include <algorithm>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

namespace zzz_jobs {

/// A BatchStore of any type, as the actors see it. For the meaning of the
/// functions see the concepts Store and BatchStore.
class AnyStore {
public:
  virtual ~AnyStore() = default;
  virtual BatchResult apply(Batch& batch) = 0;
  /// As `apply`, but a store may answer with nothing and go on by itself: then `end_turn`
  /// has the answer. One more may be begun before that; they end in their order, and
  /// their batches stay where they are until then.
  virtual std::optional<BatchResult> begin_turn(Batch& batch) = 0;
  /// Of what was begun first; nothing if nothing is under way. Throws as `apply`.
  virtual std::optional<BatchResult> end_turn() = 0;
  virtual std::int64_t node_id() = 0;
  virtual UnixTime now() = 0;
  virtual std::optional<Job> get(std::int64_t id) = 0;
  virtual std::vector<Job> list(const JobFilter& filter, const Page& page) = 0;
  virtual std::vector<QueueCount> counts() = 0;
  virtual std::vector<QueueSettings> settings() = 0;
  virtual Change retry(std::int64_t id) = 0;
  virtual Change cancel(std::int64_t id) = 0;
  virtual Change remove(std::int64_t id) = 0;
  /// The same for many; see the concept BatchStore.
  virtual std::vector<Change> change_all(ChangeKind kind, const std::vector<std::int64_t>& ids) = 0;
  virtual std::vector<Job> get_all(const std::vector<std::int64_t>& ids) = 0;
  /// As `open_claims` for each of the queues, in their order.
  virtual std::vector<std::vector<Claim>> open_claims(const std::vector<std::string>& queues) = 0;
  /// For stores that other processes share: executions that another node has let go of
  /// become this one's; which did.
  virtual std::vector<Claim> adopt(const std::vector<Claim>& claims) = 0;
  virtual std::vector<Job> rescue_dead_owners() = 0;
  virtual std::optional<UnixTime> last_tick(std::string_view entry) = 0;
  virtual UnixTime cron_since(std::string_view entry, UnixTime begin) = 0;
  virtual void set_cron_paused(std::string_view entry, bool paused) = 0;
  virtual bool is_cron_paused(std::string_view entry) = 0;
  virtual std::uint32_t prune(const PrunePolicy& policy, std::uint32_t limit) = 0;
  virtual std::uint32_t rescue_stuck(std::chrono::seconds age) = 0;
  virtual std::int64_t count_by_state(std::string_view queue, JobState state) = 0;
  virtual void pause(std::string_view queue) = 0;
  virtual void resume_queue(std::string_view queue) = 0;
  virtual bool is_paused(std::string_view queue) = 0;
  virtual std::uint32_t delete_completed(UnixTime older_than) = 0;
  // The published operations that claim and end one job; see the concept Store.
  virtual Job enqueue(std::string_view worker, std::string_view args, const JobOpts& opts) = 0;
  virtual std::optional<Job> claim(std::string_view queue) = 0;
  virtual void complete(std::int64_t id) = 0;
  virtual void fail(std::int64_t id, std::string_view error) = 0;
  virtual void discard(std::int64_t id, std::string_view error) = 0;
  /// For stores that remember which queues are empty: jobs may have come unnoticed.
  virtual void look_again() = 0;
  /// For stores that other processes share: all nodes, and what this one is.
  virtual std::vector<NodeRecord> nodes() = 0;
  virtual void describe_node(const NodeDescription& description) = 0;
  /// For stores that other processes share: who hears what these do.
  virtual void on_signal(StoreSignalHandler handler) = 0;
};

namespace detail {

/// `S` is a reference to the application's store, or an adapter by value.
template <class S>
  requires BatchStore<std::remove_reference_t<S>>
class StoreHolder final : public AnyStore {
public:
  explicit StoreHolder(S store) : store_(std::forward<S>(store)) {}
  BatchResult apply(Batch& batch) override { return store_.apply(batch); }
  std::optional<BatchResult> begin_turn(Batch& batch) override {
    if constexpr (requires { store_.begin_turn(batch); })
      return store_.begin_turn(batch);
    return store_.apply(batch);
  }
  std::optional<BatchResult> end_turn() override {
    if constexpr (requires { store_.end_turn(); })
      return store_.end_turn();
    return std::nullopt;
  }
  std::int64_t node_id() override { return store_.node_id(); }
  UnixTime now() override { return store_.now(); }
  std::optional<Job> get(std::int64_t id) override { return store_.get(id); }
  std::vector<Job> list(const JobFilter& filter, const Page& page) override {
    return store_.list(filter, page);
  }
  std::vector<QueueCount> counts() override { return store_.counts(); }
  std::vector<QueueSettings> settings() override { return store_.settings(); }
  Change retry(std::int64_t id) override { return store_.retry(id); }
  Change cancel(std::int64_t id) override { return store_.cancel(id); }
  Change remove(std::int64_t id) override { return store_.remove(id); }
  std::vector<Change> change_all(ChangeKind kind, const std::vector<std::int64_t>& ids) override {
    if constexpr (requires { store_.change_all(kind, ids); })
      return store_.change_all(kind, ids);
    else
      return change_one_by_one(kind, ids);
  }
  std::vector<Job> get_all(const std::vector<std::int64_t>& ids) override {
    if constexpr (requires { store_.get_all(ids); })
      return store_.get_all(ids);
    else
      return get_one_by_one(ids);
  }
  std::vector<std::vector<Claim>> open_claims(const std::vector<std::string>& queues) override {
    if constexpr (requires { store_.open_claims_of(queues); })
      return store_.open_claims_of(queues);
    std::vector<std::vector<Claim>> claims;
    for (const auto& queue : queues)
      claims.push_back(store_.open_claims(queue));
    return claims;
  }
  std::vector<Claim> adopt(const std::vector<Claim>& claims) override {
    if constexpr (requires { store_.adopt(claims); })
      return store_.adopt(claims);
    return {};
  }
  std::vector<Job> rescue_dead_owners() override { return store_.rescue_dead_owners(); }
  std::optional<UnixTime> last_tick(std::string_view entry) override {
    return store_.last_tick(entry);
  }
  UnixTime cron_since(std::string_view entry, UnixTime begin) override {
    return store_.cron_since(entry, begin);
  }
  void set_cron_paused(std::string_view entry, bool paused) override {
    store_.set_cron_paused(entry, paused);
  }
  bool is_cron_paused(std::string_view entry) override { return store_.is_cron_paused(entry); }
  std::uint32_t prune(const PrunePolicy& policy, std::uint32_t limit) override {
    return store_.prune(policy, limit);
  }
  std::uint32_t rescue_stuck(std::chrono::seconds age) override { return store_.rescue_stuck(age); }
  std::int64_t count_by_state(std::string_view queue, JobState state) override {
    return store_.count_by_state(queue, state);
  }
  void pause(std::string_view queue) override { store_.pause(queue); }
  void resume_queue(std::string_view queue) override { store_.resume_queue(queue); }
  bool is_paused(std::string_view queue) override { return store_.is_paused(queue); }
  std::uint32_t delete_completed(UnixTime older_than) override {
    return store_.delete_completed(older_than);
  }
  Job enqueue(std::string_view worker, std::string_view args, const JobOpts& opts) override {
    return store_.enqueue(worker, args, opts);
  }
  std::optional<Job> claim(std::string_view queue) override { return store_.claim(queue); }
  void complete(std::int64_t id) override { store_.complete(id); }
  void fail(std::int64_t id, std::string_view error) override { store_.fail(id, error); }
  void discard(std::int64_t id, std::string_view error) override { store_.discard(id, error); }
  void look_again() override {
    if constexpr (requires { store_.look_again(); })
      store_.look_again();
  }
  std::vector<NodeRecord> nodes() override {
    if constexpr (requires { store_.nodes(); })
      return store_.nodes();
    return {};
  }
  void describe_node(const NodeDescription& description) override {
    if constexpr (requires { store_.describe_node(description); })
      store_.describe_node(description);
  }
  void on_signal(StoreSignalHandler handler) override {
    if constexpr (requires { store_.on_signal(std::move(handler)); })
      store_.on_signal(std::move(handler));
  }

private:
  Change change(ChangeKind kind, std::int64_t id) {
    switch (kind) {
      case ChangeKind::cancel: return store_.cancel(id);
      case ChangeKind::retry: return store_.retry(id);
      case ChangeKind::remove: return store_.remove(id);
    }
    return {};
  }

  /// What was done before a failure is not lost with it: that one comes to light
  /// when the rest is asked for.
  std::vector<Change> change_one_by_one(ChangeKind kind, const std::vector<std::int64_t>& ids) {
    std::vector<Change> changes;
    try {
      for (const auto id : ids)
        changes.push_back(change(kind, id));
    } catch (...) {
      if (changes.empty())
        throw;
    }
    return changes;
  }

  std::vector<Job> get_one_by_one(std::vector<std::int64_t> ids) {
    std::sort(ids.begin(), ids.end());
    std::vector<Job> jobs;
    for (const auto id : ids)
      if (auto job = store_.get(id))
        jobs.push_back(*std::move(job));
    return jobs;
  }

  S store_;
};

} // namespace detail

/// `store` as an AnyStore, through the adapter if it is a plain Store. The
/// store must outlive the answer.
template <Store S>
[[nodiscard]] std::unique_ptr<AnyStore> any_store(S& store) {
  if constexpr (BatchStore<S>)
    return std::make_unique<detail::StoreHolder<S&>>(store);
  else
    return std::make_unique<detail::StoreHolder<PlainStoreAdapter<S>>>(PlainStoreAdapter<S>{store});
}

} // namespace zzz_jobs
