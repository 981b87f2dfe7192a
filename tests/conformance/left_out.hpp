#pragma once

#include <zzz_jobs/conformance/catch.hpp>

#include <iostream>
#include <string>
#include <vector>

namespace zzz_jobs::conformance {

/// The tests that a fixture's capabilities left out; names and counts them when
/// the program ends.
class LeftOut {
public:
  static LeftOut& list() {
    static LeftOut all;
    return all;
  }
  void add(std::string test, std::string missing) {
    lines_.push_back(std::move(test) + " (needs " + std::move(missing) + ")");
  }
  LeftOut(const LeftOut&) = delete;
  LeftOut& operator=(const LeftOut&) = delete;

private:
  LeftOut() = default;
  ~LeftOut() {
    if (lines_.empty())
      return;
    std::cerr << "conformance: " << lines_.size() << " left out\n";
    for (const auto& line : lines_)
      std::cerr << "  " << line << '\n';
  }
  std::vector<std::string> lines_{};
};

} // namespace zzz_jobs::conformance

/// Ends the test, listed as left out, unless its fixture has the capability.
#define ZZZ_JOBS_CONFORMANCE_NEEDS(capability)                                                     \
  if constexpr (!TestType::capabilities.capability) {                                              \
    ::zzz_jobs::conformance::LeftOut::list().add(Catch::getResultCapture().getCurrentTestName(),   \
                                                 #capability);                                     \
    return;                                                                                        \
  }
