#include <zzz_jobs/stores/detail/process.hpp>

#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace zzz_jobs::detail {

ProcessInfo this_process() {
  std::array<char, 256> host{};
  if (gethostname(host.data(), host.size() - 1) != 0)
    std::strcpy(host.data(), "unknown");
  return {static_cast<long>(getpid()), program_invocation_short_name, host.data()};
}

std::string to_string(const ProcessInfo& process) {
  return process.program + " (process " + std::to_string(process.pid) + " on host " + process.host
    + ")";
}

} // namespace zzz_jobs::detail
