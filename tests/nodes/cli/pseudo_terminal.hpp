#pragma once

#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <cstdlib>
#include <fcntl.h>
#include <stdexcept>
#include <string_view>

namespace zzz_jobs::node::test {

/// A terminal whose keys the test presses.
class PseudoTerminal {
public:
  PseudoTerminal() : keyboard_(posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC)) {
    if (keyboard_ < 0 || grantpt(keyboard_) != 0 || unlockpt(keyboard_) != 0)
      throw std::runtime_error("no pseudo-terminal");
    fd_ = open(ptsname(keyboard_), O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (fd_ < 0)
      throw std::runtime_error("the pseudo-terminal cannot be opened");
  }
  ~PseudoTerminal() {
    hang_up();
    close(fd_);
  }
  PseudoTerminal(const PseudoTerminal&) = delete;
  PseudoTerminal& operator=(const PseudoTerminal&) = delete;

  [[nodiscard]] int fd() const noexcept { return fd_; }
  void press(std::string_view keys) const {
    if (write(keyboard_, keys.data(), keys.size()) != static_cast<ssize_t>(keys.size()))
      throw std::runtime_error("the keys were not taken");
  }
  void resize(unsigned short columns, unsigned short rows) const {
    const winsize size{.ws_row = rows, .ws_col = columns, .ws_xpixel = 0, .ws_ypixel = 0};
    if (ioctl(keyboard_, TIOCSWINSZ, &size) != 0)
      throw std::runtime_error("the size was not taken");
  }
  void hang_up() {
    if (keyboard_ >= 0)
      close(keyboard_);
    keyboard_ = -1;
  }
  [[nodiscard]] termios settings() const {
    termios now{};
    if (tcgetattr(fd_, &now) != 0)
      throw std::runtime_error("the terminal has no settings");
    return now;
  }

private:
  int keyboard_ = -1;
  int fd_ = -1;
};

} // namespace zzz_jobs::node::test
