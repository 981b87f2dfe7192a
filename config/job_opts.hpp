#pragma once

#include <zzz_jobs/config/clock.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace zzz_jobs {

/// What an enqueue does when a live job already has its unique key.
enum class UniqueStrategy : std::uint8_t {
  ignore_new,      ///< Return the existing job, marked as a conflict.
  cancel_existing, ///< Cancel it (a running one is asked to stop) and insert.
};

/// Options of one enqueue. What is left unset is taken from the worker's own
/// options, then from the default named here.
struct JobOpts {
  std::optional<std::string> queue{};              ///< "default"
  std::optional<std::int32_t> priority{};          ///< 0; lower runs first
  std::optional<std::int32_t> max_attempts{};      ///< 20; at least 1
  std::optional<UnixTime> scheduled_at{};          ///< none: due at once
  std::optional<std::chrono::seconds> delay{};     ///< none; due so long after the
                                                   ///< enqueue, not with scheduled_at
  std::optional<std::string> unique_key{};         ///< none; not empty
  std::optional<UniqueStrategy> unique_strategy{}; ///< ignore_new
  std::optional<std::chrono::seconds> timeout{};   ///< 300 s; at least 1 s
};

/// `call` where it speaks, else `worker`: how an enqueue's options are found.
[[nodiscard]] JobOpts merged(const JobOpts& call, const JobOpts& worker);

} // namespace zzz_jobs
