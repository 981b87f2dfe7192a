#pragma once

#include <zzz_jobs/config/limits.hpp>
#include <zzz_jobs/stores/batch.hpp>
#include <zzz_jobs/stores/detail/pg_pipeline.hpp>

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace zzz_jobs::detail::pg {

/// How a transaction left a job.
struct WrittenJob {
  JobState state{};
  std::int32_t attempt = 0;
};
/// Of the jobs that are still there; nothing where another has written them since.
using Written = std::map<std::int64_t, std::optional<WrittenJob>>;

/// Ends executions, each by its claim: one statement for each way to end,
/// whatever their number.
class Outcomes {
public:
  Outcomes(const Batch& batch, const Limits& limits, UnixTime now, BatchResult& result);

  /// The answers come when the pipeline settles or commits; this must live until
  /// then. Reads first where an end depends on what the row says (its errors, its
  /// attempts).
  void send(Pipeline& pipeline);
  /// Before `send`: answers those as locked whose rows other transactions hold, and leaves
  /// them out. Says whether there are any.
  [[nodiscard]] bool leave_locked(Pipeline& pipeline);
  /// The transaction was committed and its answers are lost.
  void answer_late(const Written& written);
  /// The queues to which jobs have returned; known with the answers.
  [[nodiscard]] const std::set<std::string>& returned_to() const noexcept { return returned_to_; }

private:
  /// One outcome on its way, and what becomes of its row.
  struct End {
    std::size_t index = 0; ///< in the batch
    Claim claim{};
    JobState state = JobState::completed;
    std::optional<std::int64_t> scheduled_at{};
    std::optional<std::int64_t> completed_at{};
    std::string errors{};
  };
  using Ends = std::vector<End>;

  [[nodiscard]] static bool was_ended_as(const End& end, const WrittenJob& job);
  void sort_by_statement();
  void add(std::size_t index);
  void read_executions(Pipeline& pipeline);
  void note(End& end, bool is_last, std::string_view errors);
  void send_progress(Pipeline& pipeline);
  [[nodiscard]] std::vector<Progress> written_progress() const;
  void send_completed(Pipeline& pipeline);
  void send_ended(Pipeline& pipeline);
  void send_handed_back(Pipeline& pipeline);
  [[nodiscard]] Pipeline::Read applied(const Ends& ends);

  const Batch& batch_;
  const Limits& limits_;
  UnixTime now_;
  BatchResult& result_;
  Ends completed_{};
  Ends with_results_{};
  Ends erased_{};
  Ends ended_{};
  Ends handed_back_{};
  std::set<std::string> returned_to_{};
  std::set<std::int64_t> locked_{}; ///< jobs whose rows others hold
};

} // namespace zzz_jobs::detail::pg
