#pragma once

#include <zzz_jobs/nodes/control/socket_io.hpp>

#include <filesystem>

namespace zzz_jobs::node::control {

/// A socket in the file system that takes connections of this user only (0600). One
/// that a dead process has left there is replaced.
/// @throws Error(locked) where another process answers there; Error(unavailable) with
/// path and reason.
[[nodiscard]] Fd listen_at(const std::filesystem::path& path);

/// @throws Error(unavailable) with path and reason.
[[nodiscard]] Fd connect_to(const std::filesystem::path& path);

} // namespace zzz_jobs::node::control
