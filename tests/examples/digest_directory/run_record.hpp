#pragma once

#include <zzz_jobs/stores/sqlite_store.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

namespace digest_directory {

/// Where a run over a directory stands, kept in the jobs' own file as the one row
/// of the table `digest_run`. It changes in the transactions that change the jobs,
/// so after a kill -9 it says what is true of them.
///
///     (none) ── begin ──► enumerating ── last add ──► working ── finish ──► finished
///                              ▲                                               │
///                              └──────────── begin: a new run ◄────────────────┘
class RunRecord {
public:
  struct Begun {
    bool resumed = false; ///< an interrupted run goes on
    bool has_all = false; ///< every file has its job already
  };

  /// @throws zzz_jobs::Error, as the store.
  explicit RunRecord(zzz_jobs::SqliteStore& store) : store_(store) {}

  /// Goes on with the run that was interrupted, or begins a new one, for which
  /// the final jobs of the last are deleted: its result has every file once.
  /// @throws std::invalid_argument if an interrupted run is over another directory.
  Begun begin(const std::string& directory);

  /// The paths that have a job, live or final. They are not enqueued again.
  [[nodiscard]] std::unordered_set<std::string> paths_with_jobs();

  /// Enqueues a job for each path, all or none. `last`: these are all files.
  void add(const std::vector<std::string>& paths, bool last);

  /// The run is finished, unless live jobs are in the queue: then false.
  bool finish();

private:
  zzz_jobs::SqliteStore& store_;
};

} // namespace digest_directory
