#pragma once

#include <cstddef>
#include <string_view>

namespace zzz_jobs {

/// Sizes in bytes that this process accepts. What is larger is refused with
/// `errc::too_large`, never cut; only error texts, which cannot be refused, are
/// shortened with a mark that says so.
struct Limits {
  std::size_t args_bytes_max = 1024 * 1024;   ///< payload of a job
  std::size_t result_bytes_max = 1024 * 1024; ///< result recorded by a handler
  std::size_t name_bytes_max = 255;           ///< queue, worker and cron names
  std::size_t unique_key_bytes_max = 1024;
  std::size_t error_text_bytes_max = 4096;  ///< one failure's text
  std::size_t errors_count_max = 50;        ///< failures kept per job, the newest
  std::size_t errors_bytes_max = 64 * 1024; ///< their JSON, the oldest go first
  std::size_t enqueue_many_max = 100'000;   ///< jobs in one call
};

/// Throws Error(invalid_argument) unless `text` is valid UTF-8 without NUL, and
/// Error(too_large) if it is longer than `bytes_max`. `field` is named in both.
void check_text(std::string_view field, std::string_view text, std::size_t bytes_max);

/// The same for a name, which must not be empty either.
void check_name(std::string_view field, std::string_view text, std::size_t bytes_max);

} // namespace zzz_jobs
