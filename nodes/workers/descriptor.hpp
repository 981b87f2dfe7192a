#pragma once

#include <string_view>
#include <utility>

namespace zzz_jobs::node {

/// Owns a file descriptor; all that are made here are closed by exec.
class Descriptor {
public:
  Descriptor() = default;
  explicit Descriptor(int number) noexcept : number_(number) {}
  Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    if (this != &other) {
      close();
      number_ = std::exchange(other.number_, -1);
    }
    return *this;
  }
  ~Descriptor() { close(); }

  /// -1 if it has none, which poll passes over.
  [[nodiscard]] int number() const noexcept { return number_; }
  [[nodiscard]] bool is_open() const noexcept { return number_ >= 0; }
  void close() noexcept;

private:
  int number_ = -1;
};

/// The two ends of a pipe. Reading does not block, writing does: a program that
/// writes expects that.
struct Pipe {
  Descriptor read_end{};
  Descriptor write_end{};
};

// What follows throws Error(unavailable) if the system has no more of them. The
// end that a program gets is numbered 4 or higher, out of the way of 0 to 3.

/// A pipe that a program writes into.
[[nodiscard]] Pipe make_pipe();

/// A file in memory with this content, read from its beginning: needs nobody who
/// writes while the program reads, and cannot break like a pipe.
[[nodiscard]] Descriptor make_input(std::string_view content);

/// A counter that poll waits for; see eventfd(2).
[[nodiscard]] Descriptor make_event();

} // namespace zzz_jobs::node
