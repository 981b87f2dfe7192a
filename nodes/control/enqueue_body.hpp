#pragma once

#include <zzz_jobs/actors/any_supervisor.hpp>

#include <string_view>
#include <vector>

namespace zzz_jobs::node::control {

/// What the body of an enqueue asks for.
struct EnqueueBody {
  bool one = false; ///< a single object: the answer is one, too
  std::vector<JobRequest> jobs{};
};

/// What one request may enqueue.
inline constexpr std::size_t enqueue_jobs_max = 1000;

/// Reads a JSON object, an array of them, or NDJSON: an object a line. A single line
/// that ends with a line feed is NDJSON.
/// @throws Error(invalid_argument) naming job (from 1), key and rule;
/// Error(too_large) for too many jobs.
[[nodiscard]] EnqueueBody read_enqueue_body(std::string_view body);

} // namespace zzz_jobs::node::control
