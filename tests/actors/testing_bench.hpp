#pragma once

#include <zzz_jobs/testing.hpp>
#include <zzz_jobs/zzz_jobs.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace zzz_jobs::tests {

using namespace std::chrono_literals;

/// A supervisor on a virtual clock, and the order in which its jobs ran.
struct TestingBench {
  explicit TestingBench(SupervisorConfig config = {.mode = RunMode::manual})
    : supervisor({.clock = clock}, std::move(config)) {
    supervisor.register_worker(
      "note", [this](std::string_view args, JobContext&) { ran.emplace_back(args); });
    supervisor.register_worker(
      "fail",
      [](std::string_view args, JobContext&) { throw std::runtime_error(std::string{args}); },
      {.max_attempts = 3}, RetryStrategy::constant(30s));
  }

  std::int64_t add(std::string worker, std::string args = {}, const JobOpts& opts = {}) {
    return supervisor.enqueue(worker, std::move(args), opts).id;
  }
  JobState state(std::int64_t id) { return supervisor.get(id)->state; }

  std::shared_ptr<testing::VirtualClock> clock = std::make_shared<testing::VirtualClock>();
  std::vector<std::string> ran{};
  MemorySupervisor supervisor;
};

using Texts = std::vector<std::string>;

/// The code of the Error that `action` throws; no error is code 0.
inline errc code_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const Error& error) {
    return error.code();
  }
  return errc{};
}

inline constexpr auto start = testing::VirtualClock::default_start;

} // namespace zzz_jobs::tests
