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

/// What tells this process from all others that ever ran on this machine: boot,
/// process namespace, id, start time. Empty where the system does not say.
[[nodiscard]] std::string process_identity();

/// Whether that process is known to have ended: it ran on this machine, in this
/// process namespace, and is there no more.
[[nodiscard]] bool has_ended(const std::string& identity);

/// What the identities of all processes that can be judged here begin with.
[[nodiscard]] std::string machine_identity();

} // namespace zzz_jobs::detail
