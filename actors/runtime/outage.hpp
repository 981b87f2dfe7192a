#pragma once

#include <chrono>
#include <cstdint>
#include <exception>
#include <string>

namespace zzz_jobs::runtime {

// What the store actor makes of a turn that failed.

/// How long it waits before the next try: 50 ms to 5 s, doubled with each of the
/// `failures` in a row; random, so that nodes do not come back together.
[[nodiscard]] std::chrono::milliseconds outage_pause(std::uint32_t failures);

/// Whether the same turn may succeed later, being not at fault itself.
[[nodiscard]] bool is_outage(const std::exception_ptr& error);

/// Whether the turn may have happened all the same.
[[nodiscard]] bool is_in_doubt(const std::exception_ptr& error);

/// The error's text, for logs.
[[nodiscard]] std::string text_of(const std::exception_ptr& error);

} // namespace zzz_jobs::runtime
