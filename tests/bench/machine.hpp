#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace zzz_jobs::bench {

/// Where and with what was measured: figures mean little without it.
struct Machine {
  std::string cpu{};
  unsigned cores = 0;
  long memory_mb = 0;
  std::string kernel{};
  /// Before and after: 8 kB written and synced, one after the other; and how
  /// many others are at work, which is noise.
  std::vector<double> fsyncs_per_s{};
  std::vector<double> load_average{};
  std::string date{}; ///< UTC
  std::string compiler{};
  std::string build_type{};
  std::map<std::string, std::string> versions{};

  /// Adds what changes while others work on it too. `directory` lies on the disk
  /// that is meant.
  void look(const std::filesystem::path& directory);
  /// The last look included.
  [[nodiscard]] std::string line() const;
};

[[nodiscard]] Machine describe_machine();

} // namespace zzz_jobs::bench
