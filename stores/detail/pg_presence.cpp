#include <zzz_jobs/stores/detail/pg_presence.hpp>

#include <zzz_jobs/stores/detail/pg_sql.hpp>
#include <zzz_jobs/stores/detail/process.hpp>
#include <zzz_jobs/stores/sql/postgres.hpp>

namespace zzz_jobs::detail::pg {
namespace {

using std::chrono::milliseconds;

std::int64_t steady_ms(Presence::Time time = std::chrono::steady_clock::now()) {
  return std::chrono::duration_cast<milliseconds>(time.time_since_epoch()).count();
}

} // namespace

UnixTime Presence::database_time() const noexcept {
  return std::chrono::floor<std::chrono::seconds>(
    std::chrono::sys_time<milliseconds>{milliseconds{steady_ms() + offset_ms_}});
}

void Presence::set_database_time(std::int64_t unix_ms) noexcept {
  offset_ms_ = unix_ms - steady_ms();
}

void Presence::note_beat(std::int64_t beat_ms, Time asked_at) noexcept {
  beat_asked_at_ms_ = steady_ms(asked_at);
  last_beat_ms_ = beat_ms;
  set_database_time(beat_ms);
}

/// Two renewals have failed to come.
bool Presence::is_renewal_late(milliseconds lease) const noexcept {
  return steady_ms() - beat_asked_at_ms_ > 2 * lease.count() / renewals_per_lease;
}

void Presence::enrol(PqxxSession& session, const PgStore::Config& config) {
  const auto asked_at = std::chrono::steady_clock::now();
  const auto rows = session.run_alone(with_schema(sql::postgres::insert_node, config.schema),
                                      to_string(this_process()), config.lease.count(),
                                      !config.pooled, process_identity());
  node_ = rows[0][0].as<std::int64_t>();
  note_beat(rows[0][1].as<std::int64_t>(), asked_at);
}

bool Presence::renew(PqxxSession& session, const PgStore::Config& config) {
  const auto asked_at = std::chrono::steady_clock::now();
  const auto rows =
    session.run_alone(with_schema(sql::postgres::renew_lease, config.schema), node());
  if (rows.empty())
    return false;
  note_beat(rows[0][0].as<std::int64_t>(), asked_at);
  return true;
}

} // namespace zzz_jobs::detail::pg
