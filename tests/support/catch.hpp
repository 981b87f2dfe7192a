#pragma once

#ifdef ZZZ_JOBS_CATCH2_V2
#include <catch2/catch.hpp>
#else
#include <catch2/catch_all.hpp>
#endif

#include <string>

namespace zzz_jobs::support {

/// Matches a text that has this part; the matcher's name changed in Catch2 3.
inline auto has(const std::string& part) {
#ifdef ZZZ_JOBS_CATCH2_V2
  return Catch::Matchers::Contains(part);
#else
  return Catch::Matchers::ContainsSubstring(part);
#endif
}

} // namespace zzz_jobs::support
