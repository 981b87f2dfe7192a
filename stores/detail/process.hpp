#pragma once

#include <string>

namespace zzz_jobs::detail {

/// Who uses a store: what an operator needs to find the process.
struct ProcessInfo {
  long pid = 0;
  std::string program{};
  std::string host{};
};

/// This process.
[[nodiscard]] ProcessInfo this_process();

/// `mailer (process 4711 on host alpha)`.
[[nodiscard]] std::string to_string(const ProcessInfo& process);

} // namespace zzz_jobs::detail
