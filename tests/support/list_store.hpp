#pragma once

#include <zzz_jobs/config/clock.hpp>
#include <zzz_jobs/config/limits.hpp>
#include <zzz_jobs/stores/job.hpp>
#include <zzz_jobs/stores/new_job.hpp>

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace zzz_jobs::tests {

/// A plain Store: the published operations over a vector, as somebody would
/// port their own store. Knows nothing of batches, claims or owners.
class ListStore {
public:
  struct Config {
    std::shared_ptr<const Clock> clock = system_clock();
    Limits limits{};
  };

  explicit ListStore(Config config);

  Job enqueue(std::string_view worker, std::string_view args, const JobOpts& opts);
  std::optional<Job> claim(std::string_view queue);
  void complete(std::int64_t id);
  void fail(std::int64_t id, std::string_view error);
  void discard(std::int64_t id, std::string_view error);
  std::uint32_t rescue_stuck(std::chrono::seconds age);
  std::int64_t count_by_state(std::string_view queue, JobState state);
  void pause(std::string_view queue);
  void resume_queue(std::string_view queue);
  bool is_paused(std::string_view queue);
  std::uint32_t delete_completed(UnixTime older_than);

  /// What its author sees in it: every job as it is.
  [[nodiscard]] const std::vector<Job>& rows() const noexcept { return jobs_; }

private:
  Job& executing(std::int64_t id);
  Job* holder_of(const std::optional<std::string>& key);
  void finish(Job& job, JobState state);
  void lose(Job& job, std::string_view error, JobState next);

  Config config_;
  std::vector<Job> jobs_{};
  std::set<std::string, std::less<>> paused_{};
  std::int64_t last_id_ = 0;
};

} // namespace zzz_jobs::tests
