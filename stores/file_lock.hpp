#pragma once

#include <filesystem>
#include <string>

namespace zzz_jobs {

/// The exclusive use of a file, through a lock on `<file>.lock` beside it, which
/// says who has it. The system releases it when the process ends, however it
/// ends; programs started meanwhile do not inherit it.
class FileLock {
public:
  /// `name` is how messages call the file.
  /// @throws Error(locked) naming the holder, this process included;
  /// Error(not_allowed) if this user may not use the lock file, Error(unavailable) if it
  /// cannot be used.
  FileLock(const std::filesystem::path& file, const std::string& name);
  FileLock(FileLock&& other) noexcept;
  FileLock& operator=(FileLock&& other) noexcept;
  ~FileLock();

private:
  explicit FileLock(int descriptor) noexcept : descriptor_(descriptor) {}

  int descriptor_ = -1;
  bool is_held_ = false;
};

} // namespace zzz_jobs
