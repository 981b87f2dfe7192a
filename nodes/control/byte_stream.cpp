#include <zzz_jobs/nodes/control/byte_stream.hpp>

#include <sys/socket.h>

#include <array>

namespace zzz_jobs::node::control {

std::size_t PlainStream::read(char* to, std::size_t size, Deadline deadline) {
  return read_some(socket_, to, size, deadline);
}

bool PlainStream::write(std::string_view bytes, Deadline deadline) {
  return write_all(socket_, bytes, deadline);
}

void PlainStream::end(Deadline deadline) {
  linger(socket_, deadline);
}

void linger(int socket, Deadline deadline) {
  ::shutdown(socket, SHUT_WR);
  constexpr std::size_t dropped_max = 1024 * 1024;
  std::array<char, 16 * 1024> dropped;
  for (std::size_t count = 0; count < dropped_max;) {
    const auto some = read_some(socket, dropped.data(), dropped.size(), deadline);
    if (some == 0 || std::chrono::steady_clock::now() >= deadline)
      return;
    count += some;
  }
}

} // namespace zzz_jobs::node::control
