#include "bench/process_time.hpp"

#include <cerrno>
#include <ctime>
#include <system_error>

namespace zzz_jobs::bench {

double cpu_seconds_of(pid_t process) {
  clockid_t clock{};
  timespec time{};
  if (const int error = clock_getcpuclockid(process, &clock); error != 0)
    throw std::system_error{error, std::generic_category(), "a process's clock"};
  if (clock_gettime(clock, &time) != 0)
    throw std::system_error{errno, std::generic_category(), "a process's clock"};
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
}

} // namespace zzz_jobs::bench
