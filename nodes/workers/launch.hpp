#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <optional>

#include <sys/resource.h>
#include <sys/types.h>

namespace zzz_jobs::node {

/// All that a new process needs, ready before it starts: until exec it lives in our
/// memory, where it must neither allocate nor lock.
struct Launch {
  const char* path = nullptr;
  char* const* arguments = nullptr;         ///< ends with a null pointer
  char* const* environment = nullptr;       ///< ends with a null pointer
  const char* directory = nullptr;          ///< null: ours
  std::array<int, 4> descriptors{};         ///< become 0 to 3; each is 4 or higher
  std::optional<rlim_t> memory_bytes_max{}; ///< address space
  std::optional<rlim_t> cpu_seconds_max{};
  std::atomic<pid_t>* group = nullptr; ///< where it writes the number of its group
};

/// What a start failed at.
enum class LaunchStep : std::uint8_t {
  none, ///< it did not fail
  start,
  parent, ///< we died meanwhile; nobody is left to hear of it
  group,
  descriptors,
  limits,
  directory,
  program,
};

struct LaunchFailure {
  LaunchStep step = LaunchStep::none;
  int error = 0; ///< errno
};

/// Starts a process and returns when it executes its program: so fast that the size
/// of ours does not matter (vfork). It leads a session and group of its own, has default
/// signal handlers and no signal blocked, has no descriptor but 0 to 3, and is killed
/// when the calling thread ends. With a failure there is no process.
[[nodiscard]] pid_t launch(const Launch& how, LaunchFailure& failure) noexcept;

} // namespace zzz_jobs::node
