#pragma once

#include "examples/digest_directory/progress.hpp"

#include <zzz_jobs/stores/sqlite_store.hpp>

#include <cstdint>
#include <iosfwd>
#include <map>
#include <string>
#include <vector>

namespace digest_directory {

/// Discarded jobs of one reason.
struct DiscardedGroup {
  std::int64_t count = 0;
  std::vector<std::string> first{}; ///< the args of a few
};

/// What the table says at the end of a start.
struct Summary {
  QueueState jobs{};
  std::int64_t bytes = 0;                            ///< of the files that are done
  std::int64_t retried = 0;                          ///< jobs that took more than one attempt
  std::map<std::string, DiscardedGroup> discarded{}; ///< by reason
  // Of this start alone:
  double seconds = 0;
  double jobs_per_second = 0;
  std::uint64_t unreadable_directories = 0;
  bool has_all = false; ///< every file had its job
};

/// Fills what the table knows. The supervisor may be stopped.
[[nodiscard]] Summary read_summary(zzz_jobs::SqliteStore& store);

void print(std::ostream& out, const Summary& summary);

} // namespace digest_directory
