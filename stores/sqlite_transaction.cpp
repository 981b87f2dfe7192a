#include <zzz_jobs/stores/sqlite_transaction.hpp>

#include <zzz_jobs/stores/detail/sqlite_enqueue.hpp>
#include <zzz_jobs/stores/detail/sqlite_outcomes.hpp>
#include <zzz_jobs/stores/detail/sqlite_transaction_clock.hpp>

#include <utility>

namespace zzz_jobs {
namespace detail::sqlite {
namespace {

thread_local const TransactionClock* innermost = nullptr;

} // namespace

TransactionClock::TransactionClock(sqlite3* connection, const Clock& clock) noexcept
  : connection_(connection), clock_(clock), outer_(innermost) {
  innermost = this;
}

TransactionClock::~TransactionClock() {
  innermost = outer_;
}

UnixTime TransactionClock::now(sqlite3* connection) {
  for (const auto* clock = innermost; clock != nullptr; clock = clock->outer_)
    if (clock->connection_ == connection)
      return clock->clock_.now();
  return system_clock()->now();
}

namespace {

void check_in_transaction(sqlite3* connection, const std::string& caller) {
  if (sqlite3_get_autocommit(connection) != 0)
    throw Error{errc::not_allowed,
                caller + ": the connection has no transaction open; BEGIN one first"};
}

} // namespace
} // namespace detail::sqlite

Enqueued enqueue(sqlite3* connection, std::string_view worker, std::string_view args,
                 const JobOpts& opts, const Limits& limits) {
  const auto job = make_new_job(worker, std::string{args}, opts, limits);
  detail::sqlite::check_in_transaction(connection, "enqueue");
  auto done = detail::sqlite::Enqueues{connection}.add(
    job, {.now = detail::sqlite::TransactionClock::now(connection)});
  if (done.failed != errc{})
    throw Error{done.failed, done.error};
  return done;
}

OutcomeResult complete(sqlite3* connection, const Claim& claim, std::optional<std::string> result,
                       const Limits& limits) {
  if (result)
    check_text("result", *result, limits.result_bytes_max);
  detail::sqlite::check_in_transaction(connection, "complete");
  detail::sqlite::Outcomes outcomes{connection, limits};
  const Outcome outcome{.claim = claim, .result = std::move(result)};
  const auto state = outcomes.apply(outcome, detail::sqlite::TransactionClock::now(connection));
  return state ? OutcomeResult::applied : OutcomeResult::refused;
}

} // namespace zzz_jobs
