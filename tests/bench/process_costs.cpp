#include "bench/process_costs.hpp"

#include <unistd.h>

#include <cerrno>
#include <ctime>
#include <fstream>
#include <string>
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

double resident_mb_of(pid_t process) {
  std::ifstream statm{"/proc/" + std::to_string(process) + "/statm"};
  long total = 0;
  long resident = 0;
  if (!(statm >> total >> resident))
    throw std::system_error{ESRCH, std::generic_category(), "a process's memory"};
  return static_cast<double>(resident * sysconf(_SC_PAGESIZE)) / (1024.0 * 1024.0);
}

} // namespace zzz_jobs::bench
