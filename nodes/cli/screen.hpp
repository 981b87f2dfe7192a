#pragma once

#include <termios.h>

#include <chrono>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

namespace zzz_jobs::node::cli {

/// A whole terminal that is drawn again and again. What was there before comes back
/// with the end of the object, also where TERM, HUP or INT ended the wait for a key:
/// they are heard as keys. One object at a time: signals are the process's.
class Screen {
public:
  /// @throws Error(unsupported) if the terminal cannot be asked for single keys.
  Screen(int terminal, std::ostream& out);
  ~Screen();
  Screen(const Screen&) = delete;
  Screen& operator=(const Screen&) = delete;

  struct Size {
    std::size_t columns = 80;
    std::size_t lines = 24;
  };
  [[nodiscard]] Size size() const;

  /// Replaces what is shown; lines below the end of the screen are left out.
  void show(const std::vector<std::string>& lines);

  enum class Event { key, end, resized, time_is_up };
  /// What comes first; a key is in `key()`.
  Event wait(std::chrono::milliseconds time);
  [[nodiscard]] char key() const noexcept { return key_; }

private:
  int terminal_;
  std::ostream& out_;
  termios before_{};
  char key_ = 0;
};

/// The part of a line, colours included, that fits into so many columns.
[[nodiscard]] std::string clipped(const std::string& line, std::size_t columns);

} // namespace zzz_jobs::node::cli
