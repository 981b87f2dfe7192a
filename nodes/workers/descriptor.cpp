#include <zzz_jobs/nodes/workers/descriptor.hpp>

#include <zzz_jobs/config/errc.hpp>

#include <cerrno>
#include <string>
#include <system_error>

#include <fcntl.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/types.h>
#include <unistd.h>

#ifndef MFD_NOEXEC_SEAL
#define MFD_NOEXEC_SEAL 0x0008U // Linux 6.3, glibc 2.38
#endif

namespace zzz_jobs::node {
namespace {

constexpr int lowest = 4; // 0 to 3 are the program's own

[[noreturn]] void refuse(const char* call) {
  throw Error(errc::unavailable, std::string{call} + ": " + std::generic_category().message(errno));
}

Descriptor checked(int number, const char* call) {
  if (number < 0)
    refuse(call);
  return Descriptor{number};
}

/// The same file under a number that is not one of the program's own.
Descriptor out_of_the_way(Descriptor descriptor) {
  if (descriptor.number() >= lowest)
    return descriptor;
  return checked(fcntl(descriptor.number(), F_DUPFD_CLOEXEC, lowest), "fcntl");
}

/// Newer kernels may be told to refuse memory files that could be executed; older
/// ones do not know the flag that says so.
int memory_file() {
  const int number = memfd_create("zzz_jobs_args", MFD_CLOEXEC | MFD_NOEXEC_SEAL);
  if (number >= 0 || errno != EINVAL)
    return number;
  return memfd_create("zzz_jobs_args", MFD_CLOEXEC);
}

} // namespace

void Descriptor::close() noexcept {
  if (is_open())
    ::close(std::exchange(number_, -1));
}

Pipe make_pipe() {
  int ends[2] = {};
  if (pipe2(ends, O_CLOEXEC) != 0)
    refuse("pipe2");
  Pipe pipe{Descriptor{ends[0]}, Descriptor{ends[1]}};
  // Of the file, not of the descriptor: the two ends are two files.
  if (fcntl(pipe.read_end.number(), F_SETFL, O_NONBLOCK) != 0)
    refuse("fcntl");
  pipe.write_end = out_of_the_way(std::move(pipe.write_end));
  return pipe;
}

Descriptor make_input(std::string_view content) {
  auto file = out_of_the_way(checked(memory_file(), "memfd_create"));
  for (std::size_t written = 0; written < content.size();) {
    const auto rest = content.substr(written);
    const auto count = pwrite(file.number(), rest.data(), rest.size(), static_cast<off_t>(written));
    if (count < 0 && errno != EINTR)
      refuse("pwrite");
    written += count > 0 ? static_cast<std::size_t>(count) : 0;
  }
  return file;
}

Descriptor make_event() {
  return checked(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), "eventfd");
}

} // namespace zzz_jobs::node
