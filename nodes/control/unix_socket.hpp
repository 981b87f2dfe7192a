#pragma once

#include <zzz_jobs/nodes/control/socket_io.hpp>

#include <filesystem>

namespace zzz_jobs::node::control {

/// A socket that listens, and the lock on PATH.lock beside it: while it is held nobody
/// else takes the socket's file for a dead one's. The lock file stays, empty.
struct Listening {
  Fd lock{};
  Fd socket{};
};

/// A socket in the file system that takes connections of this user only (0600). One
/// that a dead process has left there is replaced.
/// @throws Error(locked) where another process has it, Error(not_allowed) where it is
/// another user's, Error(unavailable); each with path, reason and what to do.
[[nodiscard]] Listening listen_at(const std::filesystem::path& path);

/// @throws Error(not_allowed) where it is another user's, Error(unavailable); each with
/// path and reason.
[[nodiscard]] Fd connect_to(const std::filesystem::path& path);

} // namespace zzz_jobs::node::control
