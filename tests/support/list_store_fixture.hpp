#pragma once

#include "support/list_store.hpp"

#include <zzz_jobs/conformance/fixture.hpp>
#include <zzz_jobs/conformance/virtual_clock.hpp>
#include <zzz_jobs/stores/plain_store_adapter.hpp>

#include <algorithm>
#include <memory>

namespace zzz_jobs::tests {

/// A plain store behind the adapter.
struct ListStoreFixture {
  static constexpr conformance::Capabilities capabilities{.by_id = false,
                                                          .cancelled_state = false,
                                                          .rescue_outcome = false,
                                                          .delays = false,
                                                          .prefetch = false,
                                                          .results = false,
                                                          .erase = false,
                                                          .prune = false,
                                                          .owners = false,
                                                          .threads = false};

  explicit ListStoreFixture(Limits limits = {}) : plain{{.clock = clock, .limits = limits}} {}
  PlainStoreAdapter<ListStore>& store() { return adapter; }
  void advance(std::chrono::seconds by) { clock->advance(by); }
  /// As the adapter knows it, else as the plain store keeps it.
  std::optional<Job> find(std::int64_t id) {
    const auto& rows = plain.rows();
    const auto row =
      std::find_if(rows.begin(), rows.end(), [&](const Job& job) { return job.id == id; });
    if (row == rows.end())
      return std::nullopt;
    return row->state == JobState::executing ? known(*row) : *row;
  }

  std::shared_ptr<conformance::VirtualClock> clock = std::make_shared<conformance::VirtualClock>();
  ListStore plain;
  PlainStoreAdapter<ListStore> adapter{plain, clock};

private:
  Job known(const Job& row) {
    try {
      return adapter.get(row.id).value();
    } catch (const Error&) { // claimed past the adapter
      return row;
    }
  }
};

} // namespace zzz_jobs::tests
