#include "examples/digest_directory/run_record.hpp"

#include "examples/digest_directory/digest_job.hpp"
#include "examples/digest_directory/sql_statement.hpp"

#include <zzz_jobs/stores/sqlite_transaction.hpp>

#include <stdexcept>

namespace digest_directory {
namespace {

constexpr std::string_view create_table = R"(
CREATE TABLE IF NOT EXISTS digest_run (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  directory BLOB NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('enumerating', 'working', 'finished'))
))";

constexpr std::string_view delete_final_jobs =
  "DELETE FROM zzz_jobs WHERE queue = 'digest' AND state IN (2, 4, 5)";

void start_anew(sqlite3* connection, const std::string& directory, bool after_another) {
  if (after_another)
    SqlStatement{connection, delete_final_jobs}.step();
  SqlStatement{connection, "REPLACE INTO digest_run VALUES (1, ?1, 'enumerating')"}
    .bind(1, directory)
    .step();
}

RunRecord::Begun go_on(SqlStatement& row, const std::string& directory) {
  if (row.text(0) != directory)
    throw std::invalid_argument("the database holds an interrupted run over "
                                + std::string{row.text(0)}
                                + "; finish that one first, or use another --db");
  return {.resumed = true, .has_all = row.text(1) == "working"};
}

} // namespace

RunRecord::Begun RunRecord::begin(const std::string& directory) {
  Begun begun;
  store_.transaction([&](sqlite3* connection) {
    SqlStatement{connection, create_table}.step();
    SqlStatement row{connection, "SELECT directory, state FROM digest_run"};
    const bool any = row.step();
    if (any && row.text(1) != "finished")
      begun = go_on(row, directory);
    else
      start_anew(connection, directory, any);
  });
  return begun;
}

std::unordered_set<std::string> RunRecord::paths_with_jobs() {
  std::unordered_set<std::string> paths;
  store_.transaction([&](sqlite3* connection) {
    SqlStatement row{connection,
                     "SELECT args FROM zzz_jobs"
                     " WHERE queue = 'digest' AND worker = 'digest_file'"};
    while (row.step())
      try {
        paths.insert(zzz_jobs::decode_args<DigestFile>(row.text(0)).path);
      } catch (const zzz_jobs::Error&) {
        // Somebody's row without a path; it will be discarded.
      }
  });
  return paths;
}

void RunRecord::add(const std::vector<std::string>& paths, bool last) {
  const auto opts = digest_opts();
  store_.transaction([&](sqlite3* connection) {
    for (const auto& path : paths)
      zzz_jobs::enqueue(connection, worker_name, args_for(path), opts);
    if (last)
      SqlStatement{connection, "UPDATE digest_run SET state = 'working'"}.step();
  });
}

bool RunRecord::finish() {
  bool finished = false;
  store_.transaction([&](sqlite3* connection) {
    SqlStatement{connection,
                 "UPDATE digest_run SET state = 'finished' WHERE NOT EXISTS"
                 " (SELECT 1 FROM zzz_jobs"
                 "  WHERE queue = 'digest' AND state IN (0, 1, 3, 6))"}
      .step();
    finished = sqlite3_changes(connection) == 1;
  });
  return finished;
}

} // namespace digest_directory
