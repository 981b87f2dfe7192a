#include <zzz_jobs/nodes/control/socket_io.hpp>

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <utility>

namespace zzz_jobs::node::control {
namespace {

bool is_not_yet(int error) {
  return error == EAGAIN || error == EWOULDBLOCK || error == EINTR;
}

} // namespace

Fd::~Fd() {
  if (fd_ >= 0)
    ::close(fd_);
}

Fd::Fd(Fd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}

Fd& Fd::operator=(Fd&& other) noexcept {
  std::swap(fd_, other.fd_);
  return *this;
}

bool wait_for(int fd, short events, Deadline deadline) {
  while (true) {
    const auto left =
      std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    if (left.count() <= 0)
      return false;
    pollfd one{.fd = fd, .events = events, .revents = 0};
    const auto wait_ms = std::min<std::int64_t>(left.count(), 60'000);
    const int ready = ::poll(&one, 1, static_cast<int>(wait_ms));
    if (ready > 0)
      return true;
    if (ready < 0 && errno != EINTR)
      return false;
  }
}

std::size_t read_some(int socket, char* to, std::size_t size, Deadline deadline) {
  while (true) {
    const auto count = ::recv(socket, to, size, MSG_DONTWAIT);
    if (count >= 0)
      return static_cast<std::size_t>(count);
    if (!is_not_yet(errno) || !wait_for(socket, POLLIN, deadline))
      return 0;
  }
}

bool write_all(int socket, std::string_view bytes, Deadline deadline) {
  while (!bytes.empty()) {
    const auto count = ::send(socket, bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    if (count >= 0)
      bytes.remove_prefix(static_cast<std::size_t>(count));
    else if (!is_not_yet(errno) || !wait_for(socket, POLLOUT, deadline))
      return false;
  }
  return true;
}

bool LineReader::take_line(std::string& line) {
  const auto end = buffer_.find('\n', searched_);
  if (end == std::string::npos) {
    searched_ = buffer_.size();
    return false;
  }
  line.assign(buffer_, 0, end);
  buffer_.erase(0, end + 1);
  searched_ = 0;
  return true;
}

LineEnd LineReader::next(std::string& line) {
  auto begin = std::chrono::steady_clock::now();
  while (!take_line(line)) {
    if (buffer_.size() > limits_.line_bytes_max)
      return LineEnd::too_long;
    const bool has_begun = !buffer_.empty();
    const auto deadline = begin + (has_begun ? limits_.line_max : limits_.idle_max);
    std::array<char, 16 * 1024> piece;
    const auto count = read_some(socket_, piece.data(), piece.size(), deadline);
    if (count == 0)
      return LineEnd::ended;
    if (!has_begun)
      begin = std::chrono::steady_clock::now();
    buffer_.append(piece.data(), count);
    // Many small pieces come in time one by one, and never end.
    if (std::chrono::steady_clock::now() > begin + limits_.line_max
        && buffer_.find('\n', searched_) == std::string::npos)
      return LineEnd::ended;
  }
  return line.size() > limits_.line_bytes_max ? LineEnd::too_long : LineEnd::line;
}

} // namespace zzz_jobs::node::control
