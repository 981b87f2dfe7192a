#include <zzz_jobs/stores/detail/pg_rescue.hpp>

#include <zzz_jobs/config/errc.hpp>

#include <algorithm>
#include <cstddef>
#include <iterator>

namespace zzz_jobs::detail::pg {
namespace {

std::vector<std::int64_t> rescue_together(const std::vector<Desk::Lost>& lost,
                                          const std::string& reason,
                                          const std::function<BatchResult(const Batch&)>& turn) {
  Batch batch;
  for (const auto& one : lost)
    batch.outcomes.push_back({.claim = one.claim,
                              .kind = OutcomeKind::rescue,
                              .error = one.owner.empty() ? reason : one.owner + " ended"});
  const auto result = turn(batch);
  std::vector<std::int64_t> ended;
  for (std::size_t i = 0; i < lost.size(); ++i)
    if (result.outcomes[i] == OutcomeResult::applied)
      ended.push_back(lost[i].claim.job_id);
  return ended;
}

} // namespace

std::vector<std::int64_t> rescue(const std::vector<Desk::Lost>& lost, const std::string& reason,
                                 const std::function<BatchResult(const Batch&)>& turn,
                                 const LogSink& log) {
  try {
    return rescue_together(lost, reason, turn);
  } catch (const Error& error) {
    if (error.code() != errc::invalid_argument)
      throw;
    if (lost.size() == 1) {
      log(LogLevel::error,
          "rescue_refused job=" + std::to_string(lost.front().claim.job_id) + " error=\""
            + error.what() + "\" action=\"tried again\"");
      return {};
    }
  }
  const auto middle = lost.begin() + static_cast<std::ptrdiff_t>(lost.size() / 2);
  auto ended = rescue({lost.begin(), middle}, reason, turn, log);
  std::ranges::copy(rescue({middle, lost.end()}, reason, turn, log), std::back_inserter(ended));
  return ended;
}

} // namespace zzz_jobs::detail::pg
