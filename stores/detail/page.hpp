#pragma once

#include <zzz_jobs/config/errc.hpp>
#include <zzz_jobs/stores/batch.hpp>

#include <cstdint>
#include <optional>
#include <string>

namespace zzz_jobs::detail {

/// @throws Error(invalid_argument).
inline void check_page(const Page& page) {
  constexpr std::uint32_t limit_max = 10'000;
  if (page.limit < 1 || page.limit > limit_max)
    throw Error{errc::invalid_argument,
                "page: limit must be 1..10000, got " + std::to_string(page.limit)};
}

/// As stored.
[[nodiscard]] inline std::optional<int> number_of(std::optional<JobState> state) {
  return state ? std::optional{static_cast<int>(*state)} : std::nullopt;
}

} // namespace zzz_jobs::detail
