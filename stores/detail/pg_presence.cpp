#include <zzz_jobs/stores/detail/pg_presence.hpp>

#include <zzz_jobs/stores/detail/pg_sql.hpp>
#include <zzz_jobs/stores/detail/process.hpp>
#include <zzz_jobs/stores/sql/postgres.hpp>

namespace zzz_jobs::detail::pg {
namespace {

using std::chrono::milliseconds;

std::int64_t steady_ms() {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  return std::chrono::duration_cast<milliseconds>(now).count();
}

} // namespace

UnixTime Presence::database_time() const noexcept {
  return std::chrono::floor<std::chrono::seconds>(
    std::chrono::sys_time<milliseconds>{milliseconds{steady_ms() + offset_ms_}});
}

void Presence::set_database_time(std::int64_t unix_ms) noexcept {
  offset_ms_ = unix_ms - steady_ms();
}

void Presence::enrol(PqxxSession& session, const PgStore::Config& config) {
  const auto rows = session.run_alone(with_schema(sql::postgres::insert_node, config.schema),
                                      to_string(this_process()), config.lease.count(),
                                      !config.pooled, process_identity());
  node_ = rows[0][0].as<std::int64_t>();
  last_beat_ms_ = rows[0][1].as<std::int64_t>();
  set_database_time(last_beat_ms_);
}

bool Presence::renew(PqxxSession& session, const PgStore::Config& config) {
  const auto rows =
    session.run_alone(with_schema(sql::postgres::renew_lease, config.schema), node());
  if (rows.empty())
    return false;
  last_beat_ms_ = rows[0][0].as<std::int64_t>();
  set_database_time(last_beat_ms_);
  return true;
}

} // namespace zzz_jobs::detail::pg
