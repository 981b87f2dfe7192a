#pragma once

#include "stores/pg_tables.hpp"

#include <libpq-fe.h>

#include <memory>
#include <string>
#include <vector>

namespace zzz_jobs::tests {

/// Hears what is said to the nodes of some tables.
class PgListener {
public:
  explicit PgListener(const PgTables& tables) : connection_(tables.connect()) {
    connection_.run("LISTEN "
                    + connection_.value("SELECT 'zzz_jobs_' || 'zzz_jobs'::regclass::oid"));
  }

  /// What was said since the last call by transactions that have ended: a
  /// statement's answer comes after the notifications before it.
  std::vector<std::string> heard_so_far() {
    connection_.run("SELECT 1");
    std::vector<std::string> heard;
    while (const std::unique_ptr<PGnotify, decltype(&PQfreemem)> said{
      PQnotifies(connection_.handle()), &PQfreemem})
      heard.emplace_back(said->extra);
    return heard;
  }

private:
  support::SqlConnection connection_;
};

} // namespace zzz_jobs::tests
