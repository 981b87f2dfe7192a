#include "bench/sqlite_limit.hpp"

#include <sqlite3.h>

#include <ctime>
#include <stdexcept>

namespace zzz_jobs::bench {
namespace {

void bind_text(sqlite3_stmt* statement, int index, std::string_view text) {
  sqlite3_bind_text(statement, index, text.data(), static_cast<int>(text.size()), SQLITE_STATIC);
}

std::string text_of(sqlite3_stmt* statement, int column) {
  const auto* bytes = reinterpret_cast<const char*>(sqlite3_column_text(statement, column));
  return {bytes, static_cast<std::size_t>(sqlite3_column_bytes(statement, column))};
}

} // namespace

void SqliteLimit::Close::operator()(sqlite3* connection) const noexcept {
  sqlite3_close(connection);
}

void SqliteLimit::Finalize::operator()(sqlite3_stmt* statement) const noexcept {
  sqlite3_finalize(statement);
}

SqliteLimit::SqliteLimit(const SqliteFile& file, Durability durability) {
  sqlite3* connection = nullptr;
  const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX;
  const int code = sqlite3_open_v2(file.path().c_str(), &connection, flags, nullptr);
  connection_.reset(connection);
  check(code == SQLITE_OK);
  execute("PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 4000;"
          "PRAGMA temp_store = MEMORY; PRAGMA cache_size = -65536;");
  execute(durability == Durability::full ? "PRAGMA synchronous = FULL"
                                         : "PRAGMA synchronous = NORMAL");
  begin_ = prepare("BEGIN IMMEDIATE");
  commit_ = prepare("COMMIT");
  insert_ = prepare("INSERT INTO zzz_jobs (queue, worker, args, inserted_at)"
                    " VALUES ('default', ?1, ?2, ?3)");
  claim_ =
    prepare("UPDATE zzz_jobs SET state = 1, attempt = attempt + 1, attempted_at = ?1, node = 1"
            " WHERE id IN (SELECT id FROM zzz_jobs INDEXED BY idx_zzz_jobs_available"
            "              WHERE queue = 'default' AND state = 0 AND scheduled_at <= ?1"
            "              ORDER BY priority, id LIMIT ?2)"
            " RETURNING id, attempt, max_attempts, worker, args");
  complete_ = prepare("UPDATE zzz_jobs SET state = 2, completed_at = ?3, node = NULL"
                      " WHERE id = ?1 AND state = 1 AND attempt = ?2");
  handler_ = [](const std::string&) {};
}

void SqliteLimit::check(bool good) {
  if (!good)
    throw std::runtime_error{std::string{"the limit: "} + sqlite3_errmsg(connection_.get())};
}

void SqliteLimit::execute(const char* sql) {
  check(sqlite3_exec(connection_.get(), sql, nullptr, nullptr, nullptr) == SQLITE_OK);
}

SqliteLimit::Statement SqliteLimit::prepare(const char* sql) {
  sqlite3_stmt* statement = nullptr;
  check(
    sqlite3_prepare_v3(connection_.get(), sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, nullptr)
    == SQLITE_OK);
  return Statement{statement};
}

void SqliteLimit::run(const Statement& statement) {
  check(sqlite3_step(statement.get()) == SQLITE_DONE);
  sqlite3_reset(statement.get());
}

std::vector<std::int64_t> SqliteLimit::insert(const std::vector<JobRequest>& jobs) {
  std::vector<std::int64_t> ids;
  ids.reserve(jobs.size());
  run(begin_);
  sqlite3_bind_int64(insert_.get(), 3, std::time(nullptr));
  for (const auto& job : jobs) {
    bind_text(insert_.get(), 1, job.worker);
    bind_text(insert_.get(), 2, job.args);
    run(insert_);
    ids.push_back(sqlite3_last_insert_rowid(connection_.get()));
  }
  run(commit_);
  return ids;
}

std::size_t SqliteLimit::drain(std::size_t batch) {
  std::size_t completed = 0;
  for (;;) {
    run(begin_);
    complete_claimed();
    completed += claimed_.size();
    claim(batch);
    run(commit_);
    if (claimed_.empty())
      return completed;
    for (const auto& job : claimed_)
      handler_(job.args);
  }
}

void SqliteLimit::complete_claimed() {
  sqlite3_bind_int64(complete_.get(), 3, std::time(nullptr));
  for (const auto& job : claimed_) {
    sqlite3_bind_int64(complete_.get(), 1, job.id);
    sqlite3_bind_int(complete_.get(), 2, job.attempt);
    run(complete_);
    check(sqlite3_changes(connection_.get()) == 1);
  }
}

void SqliteLimit::claim(std::size_t batch) {
  auto* rows = claim_.get();
  claimed_.clear();
  sqlite3_bind_int64(rows, 1, std::time(nullptr));
  sqlite3_bind_int64(rows, 2, static_cast<std::int64_t>(batch));
  int code = SQLITE_ROW;
  while ((code = sqlite3_step(rows)) == SQLITE_ROW)
    claimed_.push_back({sqlite3_column_int64(rows, 0), sqlite3_column_int(rows, 1),
                        sqlite3_column_int(rows, 2), text_of(rows, 3), text_of(rows, 4)});
  check(code == SQLITE_DONE);
  sqlite3_reset(rows);
}

} // namespace zzz_jobs::bench
