#pragma once

#include <mutex>
#include <string_view>

namespace digest_directory {

/// What is told on stderr while the program runs. Any thread.
class Console {
public:
  Console();
  ~Console();
  Console(const Console&) = delete;
  Console& operator=(const Console&) = delete;

  /// Whether the progress line is rewritten in place.
  [[nodiscard]] bool is_terminal() const noexcept { return is_terminal_; }

  /// A line that stays.
  void say(std::string_view text);
  /// The progress line: replaces the one before on a terminal, else as `say`.
  void show(std::string_view text);
  /// The progress line stays, and what follows begins below it.
  void end_line();

private:
  void clear();
  std::mutex mutex_{};
  bool is_terminal_;
  bool is_shown_ = false;
};

} // namespace digest_directory
