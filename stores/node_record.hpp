#pragma once

#include <zzz_jobs/config/clock.hpp>

#include <cstdint>
#include <string>

namespace zzz_jobs {

/// What a node tells of itself to those who share its store.
struct NodeDescription {
  std::string name{};    ///< for people; empty: what the store made up
  std::string address{}; ///< HOST:PORT where it takes links; empty: nowhere
  std::string version{};
  std::int64_t pid = 0;
};

/// A node of a shared store, as the store knows it.
struct NodeRecord {
  std::int64_t id = 0; ///< new at each start
  NodeDescription is{};
  UnixTime started_at{};
  bool is_alive = false; ///< its lease is not over
};

} // namespace zzz_jobs
