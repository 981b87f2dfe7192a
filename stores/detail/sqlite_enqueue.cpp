#include <zzz_jobs/stores/detail/sqlite_enqueue.hpp>

#include <zzz_jobs/stores/detail/sqlite_job_row.hpp>
#include <zzz_jobs/stores/detail/times.hpp>
#include <zzz_jobs/stores/sql/sqlite.hpp>

namespace zzz_jobs::detail::sqlite {
namespace {

Enqueued answer_with(const Job& holder) {
  Enqueued done;
  done.id = holder.id;
  done.conflict = true;
  done.state = holder.state;
  done.inserted_at = holder.inserted_at;
  done.scheduled_at = holder.scheduled_at;
  return done;
}

Enqueued refused(const Refusal& refusal) {
  Enqueued done;
  done.failed = refusal.failed;
  done.error = "job: the table refuses it: " + refusal.text;
  return done;
}

Enqueued fired_before() {
  Enqueued done;
  done.conflict = true;
  return done;
}

} // namespace

Enqueues::Enqueues(sqlite3* connection) noexcept
  : connection_(connection), insert_(connection, sql::sqlite::insert_job),
    insert_started_(connection, sql::sqlite::insert_started),
    holder_(connection, sql::sqlite::live_job_by_key), cancel_(connection, sql::sqlite::cancel_job),
    raise_tick_(connection, sql::sqlite::raise_tick),
    last_tick_(connection, sql::sqlite::last_tick),
    set_cron_paused_(connection, sql::sqlite::set_cron_paused),
    is_cron_paused_(connection, sql::sqlite::is_cron_paused) {}

Enqueued Enqueues::add(const NewJob& job, const Insertion& how) {
  if (job.tick)
    return add_tick(job, how);
  return add_with_key(job, how);
}

// The tick and its job stand or fall together.
Enqueued Enqueues::add_tick(const NewJob& job, const Insertion& how) {
  Savepoint savepoint{connection_};
  if (raise_tick_.execute(job.tick->entry, job.tick->at) == 0)
    return fired_before();
  auto done = add_with_key(job, how);
  if (done.failed == errc{})
    savepoint.keep();
  return done;
}

// The index decides: asking first would cost every job that has no rival.
Enqueued Enqueues::add_with_key(const NewJob& job, const Insertion& how) {
  Enqueued done;
  const auto refusal = insert(job, done, how);
  if (!refusal)
    return done;
  const auto holder = refusal->code == SQLITE_CONSTRAINT_UNIQUE ? holder_of(job) : std::nullopt;
  if (!holder)
    return refused(*refusal);
  if (job.unique_strategy == UniqueStrategy::ignore_new)
    return answer_with(*holder);
  return replace(job, *holder, how);
}

Enqueued Enqueues::replace(const NewJob& job, const Job& holder, const Insertion& how) {
  Savepoint savepoint{connection_};
  cancel_.execute(holder.id, how.now);
  Enqueued done;
  if (const auto refusal = insert(job, done, how))
    return refused(*refusal);
  savepoint.keep();
  done.replaced = holder.id;
  if (holder.state == JobState::executing)
    done.cancelled = holder.claim();
  return done;
}

std::optional<Refusal> Enqueues::insert(const NewJob& job, Enqueued& done, const Insertion& how) {
  done.scheduled_at = start_time(job, how.now);
  done.inserted_at = how.now;
  done.state = done.scheduled_at > how.now ? JobState::scheduled
    : how.start_on                         ? JobState::executing
                                           : JobState::available;
  auto refusal = done.state == JobState::executing
    ? insert_started_.try_execute(job.queue, job.worker, job.args, job.priority, job.max_attempts,
                                  done.scheduled_at, done.inserted_at, job.unique_key,
                                  job.timeout.count(), how.start_on)
    : insert_.try_execute(static_cast<int>(done.state), job.queue, job.worker, job.args,
                          job.priority, job.max_attempts, done.scheduled_at, done.inserted_at,
                          job.unique_key, job.timeout.count());
  if (!refusal)
    done.id = sqlite3_last_insert_rowid(connection_);
  return refusal;
}

std::optional<Job> Enqueues::holder_of(const NewJob& job) {
  auto rows = holder_.query(job.unique_key);
  if (!rows.next())
    return std::nullopt;
  Job holder;
  holder.id = rows.integer(0);
  holder.state = static_cast<JobState>(rows.integer(1));
  holder.attempt = rows.integer32(2);
  holder.inserted_at = rows.time(3);
  holder.scheduled_at = rows.time(4);
  return holder;
}

UnixTime Enqueues::cron_since(std::string_view entry, UnixTime begin) {
  if (const auto last = last_tick(entry))
    return *last;
  raise_tick_.execute(entry, begin);
  return begin;
}

void Enqueues::set_cron_paused(std::string_view entry, bool paused, UnixTime now) {
  set_cron_paused_.execute(entry, now, paused);
}

bool Enqueues::is_cron_paused(std::string_view entry) {
  auto rows = is_cron_paused_.query(entry);
  return rows.next() && rows.integer(0) != 0;
}

std::optional<UnixTime> Enqueues::last_tick(std::string_view entry) {
  auto rows = last_tick_.query(entry);
  return rows.next() ? std::optional{rows.time(0)} : std::nullopt;
}

} // namespace zzz_jobs::detail::sqlite
