#pragma once

#include "stores/pg_tables.hpp"
#include "support/supervisors.hpp"

#include <chrono>
#include <string>

namespace zzz_jobs::tests {

/// A store that is told by others, and hardly looks by itself.
inline PgStore::Config quiet_store(const pg::Target& target, support::Log* log = nullptr) {
  PgStore::Config config;
  config.url = target.url;
  config.schema = target.schema;
  config.look_interval = std::chrono::seconds{10};
  config.log = log != nullptr ? log->sink() : log_nothing;
  return config;
}

/// One queue, whose supervisor hardly ever polls.
inline SupervisorConfig patient(std::uint32_t concurrency = 4,
                                const std::string& queue = "default") {
  return {.queues = {{.name = queue, .concurrency = concurrency}},
          .poll_interval = std::chrono::hours{1},
          .log = log_nothing};
}

/// Writes down in which state rows are inserted. Whoever inserts has another
/// search_path.
inline void watch_inserts(support::SqlConnection& database) {
  database.run(
    "CREATE TABLE seen (id bigint, state int, attempt int, node bigint);"
    "CREATE FUNCTION see() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT "
    "AS 'BEGIN INSERT INTO seen SELECT NEW.id, NEW.state, NEW.attempt, NEW.node; "
    "RETURN NULL; END';"
    "CREATE TRIGGER see AFTER INSERT ON zzz_jobs FOR EACH ROW EXECUTE FUNCTION see()");
}

inline std::string inserted_as(support::SqlConnection& database, std::int64_t id) {
  return database.value("SELECT state FROM seen WHERE id = " + std::to_string(id));
}

/// So often, what shall take little time is given the chance to, on a busy machine.
inline constexpr int chances = 5;

/// Whether `attempt` is true within `limit` in one of several tries.
template <class Attempt>
[[nodiscard]] bool once_within(std::chrono::milliseconds limit, const Attempt& attempt) {
  for (int i = 0; i < chances; ++i) {
    const auto begin = std::chrono::steady_clock::now();
    if (attempt() && std::chrono::steady_clock::now() - begin < limit)
      return true;
  }
  return false;
}

/// Makes the supervisor's store look at all queues now, and waits for it.
inline void look_now(AnySupervisor& supervisor) {
  for (int i = 0; i < 2; ++i) {
    supervisor.look_again();
    supervisor.with_store([](AnyStore&) {});
  }
}

} // namespace zzz_jobs::tests
