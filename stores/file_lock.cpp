#include <zzz_jobs/stores/file_lock.hpp>

#include <zzz_jobs/config/errc.hpp>
#include <zzz_jobs/stores/detail/process.hpp>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <sstream>
#include <tuple>
#include <utility>

namespace zzz_jobs {
namespace {

std::string utc_now() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  gmtime_r(&now, &parts);
  std::array<char, 32> text{};
  const auto length = std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &parts);
  return {text.data(), length};
}

/// One line a field: pid, program, host, time.
std::string record_of(const detail::ProcessInfo& process) {
  return std::to_string(process.pid) + '\n' + process.program + '\n' + process.host + '\n'
    + utc_now() + '\n';
}

/// Whatever stands in the lock file, as a sentence; it may be empty when the
/// holder has only just taken the lock.
std::string holder_in(int descriptor) {
  std::array<char, 1024> text{};
  const auto length = pread(descriptor, text.data(), text.size(), 0);
  std::istringstream lines{std::string{text.data(), length > 0 ? static_cast<size_t>(length) : 0}};
  std::string pid;
  std::string program;
  std::string host;
  std::string since;
  if (!std::getline(lines, pid) || !std::getline(lines, program) || !std::getline(lines, host)
      || !std::getline(lines, since))
    return "another process";
  return "process " + pid + " (" + program + ") on host " + host + " since " + since;
}

[[noreturn]] void fail(const std::string& name, const char* doing, int reason) {
  const bool forbidden = reason == EACCES || reason == EPERM || reason == EROFS;
  throw Error{forbidden ? errc::not_allowed : errc::unavailable,
              "store \"" + name + "\": " + doing + " its lock file \"" + name
                + ".lock\": " + std::strerror(reason)
                + (forbidden ? "; make the folder and this file writable for user "
                       + std::to_string(geteuid())
                             : "")};
}

int open_lock_file(const std::filesystem::path& file, const std::string& name) {
  const auto path = file.string() + ".lock";
  const int descriptor = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (descriptor < 0)
    fail(name, "cannot open", errno);
  return descriptor;
}

int lock_exclusively(int descriptor) {
  int result = 0;
  do
    result = flock(descriptor, LOCK_EX | LOCK_NB);
  while (result != 0 && errno == EINTR);
  return result == 0 ? 0 : errno;
}

void write_record(int descriptor, const std::string& name) {
  const auto record = record_of(detail::this_process());
  if (ftruncate(descriptor, 0) != 0
      || pwrite(descriptor, record.data(), record.size(), 0) != static_cast<ssize_t>(record.size()))
    fail(name, "cannot write", errno);
}

} // namespace

FileLock::FileLock(const std::filesystem::path& file, const std::string& name)
  : FileLock(open_lock_file(file, name)) {
  const int reason = lock_exclusively(descriptor_);
  if (reason == 0) {
    write_record(descriptor_, name);
    is_held_ = true;
    return;
  }
  if (reason != EWOULDBLOCK)
    fail(name, "cannot lock", reason);
  throw Error{errc::locked,
              "store \"" + name + "\" is in use by " + holder_in(descriptor_)
                + "; stop it or use another file"};
}

FileLock::FileLock(FileLock&& other) noexcept
  : descriptor_(std::exchange(other.descriptor_, -1)),
    is_held_(std::exchange(other.is_held_, false)) {}

FileLock& FileLock::operator=(FileLock&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  std::swap(is_held_, other.is_held_);
  return *this;
}

FileLock::~FileLock() {
  if (descriptor_ < 0)
    return;
  // The file stays: removing it could take it from under the next holder. If it
  // cannot be emptied, it keeps a stale name that nobody reads.
  if (is_held_)
    std::ignore = ftruncate(descriptor_, 0);
  close(descriptor_);
}

} // namespace zzz_jobs
