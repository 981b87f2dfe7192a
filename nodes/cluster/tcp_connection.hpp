#pragma once

#include <zzz_jobs/nodes/cluster/endpoint.hpp>

#include <chrono>

namespace zzz_jobs::node {

/// Connects, trying the host's addresses in turn, within the limit (looking up
/// a name takes as long as it takes). The socket is non-blocking, closed on exec, and
/// the caller's to close. @throws Error(unavailable) with the host and the reason.
[[nodiscard]] int open_tcp_connection(const Endpoint& to, std::chrono::milliseconds limit);

} // namespace zzz_jobs::node
