#pragma once

#include "support/catch.hpp"

#include <zzz_jobs/conformance/virtual_clock.hpp>
#include <zzz_jobs/stores/sqlite_store.hpp>

#include <sqlite3.h>

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <functional>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace zzz_jobs::tests {

using namespace std::chrono_literals;

/// Another program on the file, which knows SQL and nothing of this library.
class OtherProgram {
public:
  explicit OtherProgram(const std::filesystem::path& path) {
    REQUIRE(sqlite3_open(path.c_str(), &handle_) == SQLITE_OK);
    sqlite3_busy_timeout(handle_, 5000);
  }
  OtherProgram(const OtherProgram&) = delete;
  OtherProgram& operator=(const OtherProgram&) = delete;
  ~OtherProgram() { sqlite3_close_v2(handle_); }

  /// Runs the statements; the first column of the last row.
  std::string run(const std::string& sql) {
    std::string value;
    char* error = nullptr;
    const auto keep = [](void* to, int, char** values, char**) {
      *static_cast<std::string*>(to) = values[0] != nullptr ? values[0] : "NULL";
      return 0;
    };
    const int code = sqlite3_exec(handle_, sql.c_str(), keep, &value, &error);
    INFO(sql << ": " << (error != nullptr ? error : "ok"));
    sqlite3_free(error);
    REQUIRE(code == SQLITE_OK);
    return value;
  }
  /// SQLite's extended result code.
  int try_run(const std::string& sql) {
    sqlite3_exec(handle_, sql.c_str(), nullptr, nullptr, nullptr);
    return sqlite3_extended_errcode(handle_);
  }
  [[nodiscard]] sqlite3* get() const { return handle_; }

private:
  sqlite3* handle_ = nullptr;
};

/// A path for one store in a folder of its own, which goes with it.
class SqliteFile {
public:
  SqliteFile() {
    std::string name = (std::filesystem::temp_directory_path() / "zzz_jobs_XXXXXX").string();
    REQUIRE(mkdtemp(name.data()) != nullptr);
    folder_ = name;
  }
  SqliteFile(const SqliteFile&) = delete;
  SqliteFile& operator=(const SqliteFile&) = delete;
  ~SqliteFile() {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }

  [[nodiscard]] std::filesystem::path path() const { return folder_ / "jobs.db"; }
  [[nodiscard]] std::filesystem::path folder() const { return folder_; }
  [[nodiscard]] SqliteStore::Config config(Durability durability = Durability::normal) const {
    return {.path = path(), .durability = durability, .clock = clock};
  }
  [[nodiscard]] SqliteStore open(Durability durability = Durability::normal) const {
    return SqliteStore{config(durability)};
  }
  /// The published definition, as another library would make it.
  void make_published_table() const {
    OtherProgram{path()}.run(
      "CREATE TABLE IF NOT EXISTS zzz_jobs (id INTEGER PRIMARY KEY AUTOINCREMENT, "
      "state INTEGER NOT NULL DEFAULT 0, queue TEXT NOT NULL DEFAULT 'default', "
      "worker TEXT NOT NULL, args TEXT NOT NULL DEFAULT '', priority INTEGER NOT NULL DEFAULT 0, "
      "attempt INTEGER NOT NULL DEFAULT 0, max_attempts INTEGER NOT NULL DEFAULT 20, "
      "scheduled_at BIGINT NOT NULL DEFAULT 0, attempted_at BIGINT, completed_at BIGINT, "
      "inserted_at BIGINT NOT NULL DEFAULT 0, errors TEXT, unique_key TEXT); "
      "CREATE INDEX IF NOT EXISTS idx_zzz_jobs_claim "
      "ON zzz_jobs (queue, state, scheduled_at, priority)");
  }

  std::shared_ptr<conformance::VirtualClock> clock = std::make_shared<conformance::VirtualClock>();

private:
  std::filesystem::path folder_{};
};

/// The Error that `action` must throw.
[[nodiscard]] inline Error error_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const Error& error) {
    return error;
  }
  FAIL("no error");
  return {errc{}, ""};
}

[[nodiscard]] inline bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

/// One turn that claims up to `slots` jobs.
[[nodiscard]] inline std::vector<Job> claim(SqliteStore& store, std::uint32_t slots,
                                            std::initializer_list<std::string> known = {},
                                            const std::string& queue = "default") {
  Batch batch;
  batch.claims.push_back({queue, slots, 0});
  if (known.size() > 0)
    batch.claims[0].known_workers = std::make_shared<const std::unordered_set<std::string>>(known);
  return store.apply(batch).claimed.at(0);
}

/// One turn that ends an execution.
inline OutcomeResult end(SqliteStore& store, Outcome outcome) {
  Batch batch;
  batch.outcomes.push_back(std::move(outcome));
  return store.apply(batch).outcomes.at(0);
}

} // namespace zzz_jobs::tests
