#pragma once

#include <zzz_jobs/config/node/detail/key_makers.hpp>

#include <limits>

namespace zzz_jobs::node::detail {

/// The options of a job that workers and cron entries may set; make_new_job checks
/// the same ranges.
template <class Get>
std::vector<Key> job_keys(Get opts) {
  using namespace std::chrono_literals;
  using Priority = std::numeric_limits<std::int32_t>;
  const auto at = [opts](auto member) {
    return [ opts, member ](auto& config, std::size_t index) -> auto& {
      return opts(config, index).*member;
    };
  };
  return {
    with_standard(text_key("queue", at(&JobOpts::queue)), "\"default\""),
    with_standard(
      integer_key("priority", at(&JobOpts::priority), {Priority::min(), Priority::max()}), "0"),
    with_standard(integer_key("max_attempts", at(&JobOpts::max_attempts), {1, 10'000}), "20"),
    with_standard(duration_key("timeout", at(&JobOpts::timeout), {1s, std::chrono::days{30}}),
                  "\"5m\""),
  };
}

} // namespace zzz_jobs::node::detail
