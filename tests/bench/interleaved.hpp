#pragma once

#include "bench/bench.hpp"

#include <functional>
#include <string>
#include <vector>

namespace zzz_jobs::bench {

/// Two things measured in turns, A B A B A B, so that what the machine does
/// beside them meets both.
struct Interleaved {
  std::vector<double> base{};
  std::vector<double> ours{};

  /// Ours to base, pair by pair.
  [[nodiscard]] std::vector<double> ratios() const;
};

[[nodiscard]] Interleaved interleaved(const Bench& bench, const std::string& what,
                                      const std::function<double()>& base,
                                      const std::function<double()>& ours);

/// One value after the other, as many as there are runs.
[[nodiscard]] std::vector<double> repeated(const Bench& bench, const std::string& what,
                                           const std::function<double()>& measure);

} // namespace zzz_jobs::bench
