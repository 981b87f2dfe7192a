#pragma once

#include <zzz_jobs/stores/sqlite_store.hpp>

#include <cstddef>
#include <filesystem>

namespace zzz_jobs::bench {

/// A database of our schema with nothing in its log, removed at the end.
class SqliteFile {
public:
  explicit SqliteFile(const std::filesystem::path& directory);
  SqliteFile(const SqliteFile&) = delete;
  SqliteFile& operator=(const SqliteFile&) = delete;
  ~SqliteFile();

  [[nodiscard]] std::filesystem::path path() const { return folder_ / "jobs.db"; }
  [[nodiscard]] SqliteStore::Config config(Durability durability = Durability::full) const;

  /// Inserts so many waiting no-op jobs with plain SQL, which is fast.
  void add_waiting(std::size_t count);

private:
  std::filesystem::path folder_;
};

} // namespace zzz_jobs::bench
