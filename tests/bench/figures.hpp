#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace zzz_jobs::bench {

struct Machine;

/// One measured number: the runs it was taken from, and their median.
struct Figure {
  std::string name{};
  std::string unit{};
  std::vector<double> runs{};

  [[nodiscard]] double value() const;
};

/// What was measured so far. Each figure is printed as it comes.
class Figures {
public:
  void add(Figure figure);
  /// Everything with the machine it was measured on, as JSON.
  void write(const std::filesystem::path& file, const Machine& machine) const;

private:
  std::vector<Figure> figures_{};
};

/// The middle one, or the mean of the two in the middle; `values` not empty.
[[nodiscard]] double median(std::vector<double> values);
/// The smallest value that at least `share` (0 to 1) of them do not exceed.
[[nodiscard]] double percentile(std::vector<double> values, double share);

/// A line for whoever watches, on stderr.
void tell(const std::string& line);

} // namespace zzz_jobs::bench
