#include <zzz_jobs/nodes/control/metric_families.hpp>

#include <algorithm>

namespace zzz_jobs::node::control {

void MetricFamilies::begin(std::string_view name, std::string_view help,
                           prometheus::MetricType type) {
  auto& family = families_.emplace_back();
  family.name = name;
  family.help = help;
  family.type = type;
}

void MetricFamilies::add(double value, const Labels& labels) {
  auto& family = families_.back();
  auto& metric = family.metric.emplace_back();
  for (const auto& [name, text] : labels) {
    auto& label = metric.label.emplace_back();
    label.name = name;
    label.value = text;
  }
  if (family.type == prometheus::MetricType::Counter)
    metric.counter.value = value;
  else
    metric.gauge.value = value;
}

void MetricFamilies::counter(std::string_view name, std::string_view help, std::uint64_t value) {
  begin(name, help, prometheus::MetricType::Counter);
  add(static_cast<double>(value));
}

void MetricFamilies::gauge(std::string_view name, std::string_view help, double value) {
  begin(name, help, prometheus::MetricType::Gauge);
  add(value);
}

std::vector<prometheus::MetricFamily> MetricFamilies::take() {
  std::erase_if(families_, [](const auto& family) { return family.metric.empty(); });
  return std::move(families_);
}

} // namespace zzz_jobs::node::control
