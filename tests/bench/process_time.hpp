#pragma once

#include <sys/types.h>

namespace zzz_jobs::bench {

/// The processor time of a process of this machine since it began, in seconds.
/// @throws std::system_error where there is none.
[[nodiscard]] double cpu_seconds_of(pid_t process);

} // namespace zzz_jobs::bench
