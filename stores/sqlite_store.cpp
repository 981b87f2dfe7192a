#include <zzz_jobs/stores/sqlite_store.hpp>

#include <zzz_jobs/config/retry_strategy.hpp>
#include <zzz_jobs/stores/detail/sqlite_session.hpp>
#include <zzz_jobs/stores/detail/sqlite_transaction_clock.hpp>

#include <atomic>
#include <mutex>
#include <thread>
#include <utility>

namespace zzz_jobs {
namespace {

/// Every way to write the same file must find the same lock beside it.
SqliteStore::Config checked(SqliteStore::Config config) {
  if (config.path.empty() || config.path == ":memory:")
    throw Error{errc::invalid_argument,
                "store: path must name a file, got \"" + config.path.string()
                  + "\" (for jobs in memory use MemoryStore)"};
  config.path = std::filesystem::weakly_canonical(config.path);
  return config;
}

} // namespace

struct SqliteStore::Impl {
  explicit Impl(Config with) : config(checked(std::move(with))), session(config) {}

  /// Waits for the calls of other threads.
  [[nodiscard]] std::unique_lock<std::mutex> enter() {
    if (in_transaction == std::this_thread::get_id())
      throw Error{errc::not_allowed,
                  "store: called from within its own transaction(); use the "
                  "connection there, and enqueue(sqlite3*, ...)"};
    return std::unique_lock{mutex};
  }

  template <class Work>
  auto write(Work&& work) {
    const auto lock = enter();
    return session.write([&] { return work(session, config.clock->now()); });
  }

  template <class Work>
  auto read(Work&& work) {
    const auto lock = enter();
    return work(session);
  }

  void end_plainly(std::int64_t id, Outcome outcome) {
    write([&](auto& store, UnixTime now) {
      const auto execution = store.changes().execution_of(id);
      outcome.claim = execution.claim;
      if (outcome.kind == OutcomeKind::fail)
        outcome.delay = RetryStrategy{}.delay(execution.attempts_used);
      return store.end(outcome, now);
    });
  }

  Config config;
  std::mutex mutex{};
  std::atomic<std::thread::id> in_transaction{};
  detail::sqlite::Session session;
};

SqliteStore::SqliteStore(Config config) : impl_(std::make_unique<Impl>(std::move(config))) {}
SqliteStore::~SqliteStore() = default;
SqliteStore::SqliteStore(SqliteStore&&) noexcept = default;
SqliteStore& SqliteStore::operator=(SqliteStore&&) noexcept = default;

// --- the published operations ------------------------------------------------

Job SqliteStore::enqueue(std::string_view worker, std::string_view args, const JobOpts& opts) {
  const auto job = make_new_job(worker, std::string{args}, opts, impl_->config.limits);
  return impl_->write([&](auto& store, UnixTime now) {
    const auto done = store.add(job, now);
    if (done.failed != errc{})
      throw Error{done.failed, done.error};
    auto answer = store.jobs().get(done.id).value();
    answer.conflict = done.conflict;
    return answer;
  });
}

std::optional<Job> SqliteStore::claim(std::string_view queue) {
  const auto lock = impl_->enter();
  return impl_->session.claim_foreign(queue, now());
}

void SqliteStore::complete(std::int64_t id) {
  impl_->end_plainly(id, {.kind = OutcomeKind::complete});
}

void SqliteStore::fail(std::int64_t id, std::string_view error) {
  impl_->end_plainly(id, {.kind = OutcomeKind::fail, .error = std::string{error}});
}

void SqliteStore::discard(std::int64_t id, std::string_view error) {
  impl_->end_plainly(id, {.kind = OutcomeKind::discard, .error = std::string{error}});
}

std::uint32_t SqliteStore::rescue_stuck(std::chrono::seconds age) {
  return impl_->write([&](auto& store, UnixTime time) { return store.rescue_stuck(age, time); });
}

std::int64_t SqliteStore::count_by_state(std::string_view queue, JobState state) {
  return impl_->read([&](auto& store) { return store.jobs().count(queue, state); });
}

void SqliteStore::pause(std::string_view queue) {
  check_name("queue", queue, impl_->config.limits.name_bytes_max);
  impl_->write([&](auto& store, UnixTime) {
    store.queues().set_paused(queue, true);
    return true;
  });
}

void SqliteStore::resume_queue(std::string_view queue) {
  impl_->write([&](auto& store, UnixTime) {
    store.queues().set_paused(queue, false);
    return true;
  });
}

bool SqliteStore::is_paused(std::string_view queue) {
  return impl_->read([&](auto& store) { return store.is_paused(queue); });
}

// Piece by piece, so that the calls of other threads get their turn between.
std::uint32_t SqliteStore::delete_completed(UnixTime older_than) {
  std::uint32_t deleted = 0;
  std::int64_t after_id = 0;
  for (bool at_end = false; !at_end;)
    deleted += impl_->read(
      [&](auto& store) { return store.delete_completed(older_than, after_id, at_end); });
  return deleted;
}

// --- what the actors and operators use ---------------------------------------

BatchResult SqliteStore::apply(Batch& batch) {
  const auto lock = impl_->enter();
  return impl_->session.apply(batch, now());
}

std::int64_t SqliteStore::node_id() {
  return impl_->session.node_id();
}

UnixTime SqliteStore::now() {
  return impl_->config.clock->now();
}

std::optional<Job> SqliteStore::get(std::int64_t id) {
  return impl_->read([&](auto& store) { return store.jobs().get(id); });
}

std::vector<Job> SqliteStore::list(const JobFilter& filter, const Page& page) {
  return impl_->read([&](auto& store) { return store.jobs().list(filter, page); });
}

std::vector<QueueCount> SqliteStore::counts() {
  return impl_->read([&](auto& store) { return store.jobs().counts(); });
}

std::vector<QueueSettings> SqliteStore::settings() {
  return impl_->read([&](auto& store) { return store.queues().settings(); });
}

Change SqliteStore::retry(std::int64_t id) {
  return change_all(ChangeKind::retry, {id}).front();
}

Change SqliteStore::cancel(std::int64_t id) {
  return change_all(ChangeKind::cancel, {id}).front();
}

Change SqliteStore::remove(std::int64_t id) {
  return change_all(ChangeKind::remove, {id}).front();
}

std::vector<Change> SqliteStore::change_all(ChangeKind kind, const std::vector<std::int64_t>& ids) {
  return impl_->write([&](auto& store, UnixTime time) {
    store.forget();
    std::vector<Change> changes;
    changes.reserve(ids.size());
    for (const auto id : ids)
      changes.push_back(store.changes().change(kind, id, time));
    return changes;
  });
}

std::vector<Claim> SqliteStore::open_claims(std::string_view queue) {
  return impl_->read([&](auto& store) { return store.jobs().open_claims(queue, store.node_id()); });
}

std::vector<Job> SqliteStore::rescue_dead_owners() {
  return impl_->write([&](auto& store, UnixTime time) { return store.rescue_dead_owners(time); });
}

std::optional<UnixTime> SqliteStore::last_tick(std::string_view entry) {
  return impl_->read([&](auto& store) { return store.enqueues().last_tick(entry); });
}

UnixTime SqliteStore::cron_since(std::string_view entry, UnixTime begin) {
  return impl_->write(
    [&](auto& store, UnixTime) { return store.enqueues().cron_since(entry, begin); });
}

void SqliteStore::set_cron_paused(std::string_view entry, bool paused) {
  impl_->write([&](auto& store, UnixTime time) {
    store.enqueues().set_cron_paused(entry, paused, time);
    return true;
  });
}

bool SqliteStore::is_cron_paused(std::string_view entry) {
  return impl_->read([&](auto& store) { return store.enqueues().is_cron_paused(entry); });
}

std::uint32_t SqliteStore::prune(const PrunePolicy& policy, std::uint32_t limit) {
  return impl_->write(
    [&](auto& store, UnixTime time) { return store.retentions().prune(policy, limit, time); });
}

void SqliteStore::transaction(const std::function<void(sqlite3*)>& work) {
  const auto lock = impl_->enter();
  auto& session = impl_->session;
  struct Inside {
    std::atomic<std::thread::id>& thread;
    explicit Inside(std::atomic<std::thread::id>& of) : thread(of) {
      thread = std::this_thread::get_id();
    }
    ~Inside() { thread = std::thread::id{}; }
  };
  session.write([&] {
    const Inside inside{impl_->in_transaction};
    const detail::sqlite::TransactionClock clock{session.connection(), *impl_->config.clock};
    work(session.connection());
    if (sqlite3_get_autocommit(session.connection()) != 0)
      throw Error{errc::not_allowed,
                  "store: transaction() ends the transaction itself; it was "
                  "ended inside"};
    return true;
  });
  session.forget(); // it may have changed anything
}

} // namespace zzz_jobs
