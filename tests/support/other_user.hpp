#pragma once

#include <sys/syscall.h>
#include <unistd.h>

#include <stdexcept>
#include <thread>

namespace zzz_jobs::support {

inline constexpr unsigned nobody = 65534;

[[nodiscard]] inline bool is_root() {
  return ::geteuid() == 0;
}

/// Calls it as an ordinary user: root as `nobody`, in a thread of its own, since the
/// plain system call changes that thread alone; others as they are. It must not throw.
template <class Call>
void as_ordinary_user(const Call& call) {
  if (!is_root())
    return call();
  bool is_other = false;
  std::thread{[&] {
    is_other = ::syscall(SYS_setresuid, -1, nobody, -1) == 0;
    if (is_other)
      call();
  }}.join();
  if (!is_other)
    throw std::runtime_error("root cannot become another user");
}

} // namespace zzz_jobs::support
