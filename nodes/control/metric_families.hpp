#pragma once

#include <prometheus/metric_family.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace zzz_jobs::node::control {

using Labels = std::vector<std::pair<std::string, std::string>>;

/// Gathers the values of one scrape, a family after the other.
class MetricFamilies {
public:
  /// What follows belongs to it. Counters' names end with _total.
  void begin(std::string_view name, std::string_view help, prometheus::MetricType type);
  void add(double value, const Labels& labels = {});

  void counter(std::string_view name, std::string_view help, std::uint64_t value);
  void gauge(std::string_view name, std::string_view help, double value);

  /// Those without a value are left out.
  [[nodiscard]] std::vector<prometheus::MetricFamily> take();

private:
  std::vector<prometheus::MetricFamily> families_{};
};

} // namespace zzz_jobs::node::control
