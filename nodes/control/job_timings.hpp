#pragma once

#include <zzz_jobs/actors/any_supervisor.hpp>

#include <prometheus/family.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>

#include <map>
#include <string>
#include <vector>

namespace zzz_jobs::node::control {

/// How long jobs waited and ran, of the queues that a supervisor runs: histograms fed by
/// its events.
class JobTimings {
public:
  explicit JobTimings(AnySupervisor& supervisor);
  ~JobTimings();
  JobTimings(const JobTimings&) = delete;
  JobTimings& operator=(const JobTimings&) = delete;

  [[nodiscard]] std::vector<prometheus::MetricFamily> collect() const;

private:
  struct OfQueue {
    prometheus::Histogram* waited = nullptr;
    prometheus::Histogram* ran = nullptr;
  };

  // On the one thread that events are told on, but for the constructor.
  const OfQueue* add(const std::string& queue);
  const OfQueue* find(const Event& event);
  void take(const Event& event);

  AnySupervisor& supervisor_;
  prometheus::Registry registry_{};
  prometheus::Family<prometheus::Histogram>& waited_;
  prometheus::Family<prometheus::Histogram>& ran_;
  std::map<std::string, OfQueue, std::less<>> queues_{};
  std::uint64_t attached_ = 0;
};

} // namespace zzz_jobs::node::control
