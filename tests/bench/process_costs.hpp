#pragma once

#include <sys/types.h>

namespace zzz_jobs::bench {

// What a process of this machine takes. @throws std::system_error where there is none.

/// Processor time since it began, in seconds.
[[nodiscard]] double cpu_seconds_of(pid_t process);
[[nodiscard]] double resident_mb_of(pid_t process);

} // namespace zzz_jobs::bench
