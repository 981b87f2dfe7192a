#pragma once

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <sys/types.h>

namespace zzz_jobs::cluster {

/// A program that runs beside this one; killed with the object.
class Process {
public:
  /// What it says on stderr is appended to `log`.
  Process(const std::vector<std::string>& command, const std::filesystem::path& log);
  ~Process();
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  [[nodiscard]] pid_t pid() const noexcept { return pid_; }
  [[nodiscard]] const std::filesystem::path& log() const noexcept { return log_; }
  [[nodiscard]] bool has_ended();
  void signal(int number) const;
  /// Dead when it returns.
  void kill();
  /// Its exit status within so long; none if it still runs, or a signal ended it.
  std::optional<int> wait_for_end(std::chrono::milliseconds deadline);
  /// That it has used so far.
  [[nodiscard]] std::chrono::milliseconds processor_time() const;

private:
  pid_t pid_ = 0;
  std::filesystem::path log_;
  std::optional<int> status_{};
};

} // namespace zzz_jobs::cluster
