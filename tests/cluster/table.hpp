#pragma once

#include "cluster/checker.hpp"
#include "support/sql_connection.hpp"

#include <string>
#include <vector>

namespace zzz_jobs::cluster {

/// The jobs of the ledger's worker, as they stand in the table.
[[nodiscard]] std::vector<Row> read_table(support::SqlConnection& connection,
                                          const std::string& schema);

} // namespace zzz_jobs::cluster
