// Compares a ledger with the table that it belongs to; see README.md.

#include "cluster/arguments.hpp"
#include "cluster/checker.hpp"
#include "cluster/table.hpp"

#include <cstdio>

using namespace zzz_jobs::cluster;

int main(int count, char** words) {
  try {
    const Arguments arguments{count, words, {"--url", "--schema", "--ledger"}, {}};
    zzz_jobs::support::SqlConnection connection{arguments.text("--url")};
    const auto table = read_table(connection, arguments.text("--schema"));
    const auto verdict = check(LedgerReader{arguments.text("--ledger")}.read(), table);
    std::fputs(verdict.text().c_str(), stdout);
    return verdict.is_good() ? 0 : 1;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "cluster_check: %s\n", error.what());
    return 2;
  }
}
