#pragma once

#include "cluster/ledger.hpp"
#include "support/sql_connection.hpp"

#include <string>
#include <vector>

// The database's own count of completions. A node may be killed before it notes one
// in the ledger; this is part of the transaction that makes it.

namespace zzz_jobs::node::test {

/// From now on; the tables are there, and no job is completed yet.
void count_completions(support::SqlConnection& connection, const std::string& schema);

/// Each job that is completed was so once, and all that the ledger says was accepted
/// is among that. What is wrong; empty if nothing is.
[[nodiscard]] std::vector<std::string>
problems_of_completions(support::SqlConnection& connection, const std::string& schema,
                        const std::vector<cluster::Entry>& ledger);

} // namespace zzz_jobs::node::test
