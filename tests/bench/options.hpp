#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace zzz_jobs::bench {

struct Options {
  std::vector<std::string> groups{}; ///< empty: all
  std::optional<std::filesystem::path> json{};
  /// /tmp is often memory, where nothing is durable and all of it fast.
  std::filesystem::path directory = "/var/tmp";
  bool quick = false;
  bool help = false;
};

inline constexpr std::string_view usage =
  "usage: zzz_jobs_bench [GROUP...] [--json FILE] [--quick] [--directory DIR]\n\n"
  "Prints a line \"name value unit\" per figure: the median of three runs.\n\n"
  "  GROUP            memory, sqlite, postgres, nodes or gateway; by default all;\n"
  "                   one part alone: GROUP.PART, such as postgres.processes\n"
  "  --json FILE      also writes the figures, their runs and the machine there\n"
  "  --quick          one run with little work: shows that it works, nothing else\n"
  "  --directory DIR  where databases are made, on the disk to be measured; /var/tmp\n";

/// @throws std::invalid_argument saying what is wrong.
[[nodiscard]] Options parse_options(const std::vector<std::string>& arguments);

} // namespace zzz_jobs::bench
