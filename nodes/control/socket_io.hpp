#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>

namespace zzz_jobs::node::control {

using Deadline = std::chrono::steady_clock::time_point;

/// A file descriptor that is closed with the object; -1: none.
class Fd {
public:
  Fd() = default;
  explicit Fd(int fd) noexcept : fd_(fd) {}
  ~Fd();
  Fd(Fd&& other) noexcept;
  Fd& operator=(Fd&& other) noexcept;

  [[nodiscard]] int get() const noexcept { return fd_; }
  explicit operator bool() const noexcept { return fd_ >= 0; }

private:
  int fd_ = -1;
};

/// Whether one of the events of poll(2), or the end of the connection, came in time.
[[nodiscard]] bool wait_for(int fd, short events, Deadline deadline);

/// Bytes read, at least 1; 0: the connection has ended, failed, or said nothing in time.
[[nodiscard]] std::size_t read_some(int socket, char* to, std::size_t size, Deadline deadline);

/// False: not all of it could be written in time.
[[nodiscard]] bool write_all(int socket, std::string_view bytes, Deadline deadline);

enum class LineEnd {
  line,     ///< one was read
  ended,    ///< the connection, between two lines or within one; or it said nothing
  too_long, ///< the line has more bytes than allowed; nothing more can be read
};

/// Reads lines from a socket. Memory and time are bounded, whatever is sent.
class LineReader {
public:
  struct Limits {
    std::size_t line_bytes_max = 0;
    std::chrono::milliseconds idle_max{}; ///< until a line begins
    std::chrono::milliseconds line_max{}; ///< from there to its end
  };
  LineReader(int socket, Limits limits) : socket_(socket), limits_(limits) {}

  /// `line` is without its end.
  [[nodiscard]] LineEnd next(std::string& line);

private:
  [[nodiscard]] bool take_line(std::string& line);

  int socket_;
  Limits limits_;
  std::string buffer_{};
  std::size_t searched_ = 0; ///< so far there is no line's end in the buffer
};

} // namespace zzz_jobs::node::control
