#pragma once

#include <zzz_jobs/stores/batch.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace zzz_jobs {

/// What PlainStoreAdapter remembers of the jobs that are executing in a plain
/// store because of it: the open claims, and the parked jobs, which nobody works
/// on but which such a store cannot take back.
class PlainClaims {
public:
  /// Parked jobs kept; claims beyond it stop until some are taken out.
  static constexpr std::size_t parked_max = 10'000;

  /// Opens the execution of `job`, as the store's claim returned it. The answer's
  /// `attempt` also counts how often the job was parked, so that no two
  /// executions have the same claim.
  Job open(Job job);
  /// The job of an open claim; null if the claim was lost.
  [[nodiscard]] const Job* find_open(const Claim& claim) const;
  /// The job with this id, open or parked; none if it is neither.
  [[nodiscard]] std::optional<Job> find(std::int64_t id) const;
  /// An execution ended and may be followed by another.
  void close(std::int64_t id);
  /// The job is over: forgets it, parked or open.
  void forget(std::int64_t id);
  /// The id of the job, open or parked, that has this unique key.
  [[nodiscard]] std::optional<std::int64_t> holder_of(std::string_view unique_key) const;

  /// Keeps a job that no worker here knows.
  void park(Job job);
  /// Ends an open execution without an attempt used: the job waits here until
  /// `due` (the epoch: available at once).
  void park_open(std::int64_t id, UnixTime due);
  [[nodiscard]] bool may_park() const { return parked_.size() < parked_max; }
  /// Makes a parked job due.
  void make_due(std::int64_t id);
  /// Takes up to `wanted` parked jobs of the queue that are due and known, by
  /// priority and id.
  [[nodiscard]] std::vector<Job> take_parked(std::string_view queue, std::size_t wanted,
                                             const KnownWorkers& known, UnixTime now);

  [[nodiscard]] std::vector<Claim> open_claims(std::string_view queue) const;
  [[nodiscard]] std::int64_t count_parked(std::string_view queue, JobState state) const;
  [[nodiscard]] std::optional<UnixTime> next_due() const;
  /// When the oldest of these executions was claimed.
  [[nodiscard]] std::optional<UnixTime> oldest() const;

private:
  std::unordered_map<std::int64_t, Job> open_{};
  std::map<std::int64_t, Job> parked_{};                         ///< available or scheduled
  std::unordered_map<std::int64_t, std::int32_t> handed_back_{}; ///< how often
};

} // namespace zzz_jobs
