#pragma once

#include <zzz_jobs/conformance/fixture.hpp>
#include <zzz_jobs/conformance/virtual_clock.hpp>
#include <zzz_jobs/stores/memory_store.hpp>

#include <memory>

namespace zzz_jobs::tests {

struct MemoryFixture {
  static constexpr conformance::Capabilities capabilities{};

  explicit MemoryFixture(Limits limits = {})
    : memory{{.capacity = 10'000, .clock = clock, .limits = limits}} {}
  MemoryStore& store() { return memory; }
  void advance(std::chrono::seconds by) { clock->advance(by); }
  std::optional<Job> find(std::int64_t id) { return memory.get(id); }

  std::shared_ptr<conformance::VirtualClock> clock = std::make_shared<conformance::VirtualClock>();
  MemoryStore memory;
};

} // namespace zzz_jobs::tests
