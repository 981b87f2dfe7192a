#include "bench/sqlite_file.hpp"

#include "bench/work.hpp"

#include <fcntl.h>
#include <sqlite3.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <stdexcept>
#include <string>
#include <system_error>

namespace zzz_jobs::bench {
namespace {

std::filesystem::path new_folder(const std::filesystem::path& directory) {
  static std::atomic<int> count{0};
  auto folder = directory / std::to_string(++count);
  std::filesystem::create_directory(folder);
  return folder;
}

/// What was written so far shall not be paid for by the first commit measured.
void flush(const std::filesystem::path& file) {
  const int handle = open(file.c_str(), O_RDWR | O_CLOEXEC);
  const bool done = handle >= 0 && fsync(handle) == 0;
  close(handle);
  if (!done)
    throw std::system_error{errno, std::generic_category(), file.string()};
}

std::string insert_waiting(std::size_t count) {
  return "PRAGMA synchronous = OFF; PRAGMA cache_size = -262144;"
         "WITH RECURSIVE n (i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < "
    + std::to_string(count) + ") INSERT INTO zzz_jobs (worker, args, inserted_at) SELECT '"
    + std::string{no_op} + "', '" + std::string{args_60_bytes} + "', unixepoch() FROM n";
}

} // namespace

SqliteFile::SqliteFile(const std::filesystem::path& directory) : folder_(new_folder(directory)) {
  { const SqliteStore made{config()}; }
  flush(path());
}

SqliteFile::~SqliteFile() {
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

SqliteStore::Config SqliteFile::config(Durability durability) const {
  SqliteStore::Config config;
  config.path = path();
  config.durability = durability;
  return config;
}

void SqliteFile::add_waiting(std::size_t count) {
  sqlite3* connection = nullptr;
  sqlite3_open(path().c_str(), &connection);
  const auto sql = insert_waiting(count);
  const int code = sqlite3_exec(connection, sql.c_str(), nullptr, nullptr, nullptr);
  const std::string error = code == SQLITE_OK ? "" : sqlite3_errmsg(connection);
  sqlite3_close(connection); // the last one: empties the log into the file
  if (!error.empty())
    throw std::runtime_error{path().string() + ": " + error};
  flush(path());
}

} // namespace zzz_jobs::bench
