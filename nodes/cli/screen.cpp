#include <zzz_jobs/nodes/cli/screen.hpp>

#include <zzz_jobs/config/errc.hpp>
#include <zzz_jobs/nodes/cli/style.hpp>

#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>

namespace zzz_jobs::node::cli {

namespace {

// Signals are told through a pipe, so that none is missed between a look at a flag
// and the wait.
std::array<int, 2> signal_pipe{-1, -1}; // NOLINT: a handler sees nothing else

constexpr std::array heard{SIGTERM, SIGHUP, SIGINT, SIGWINCH};
std::array<struct sigaction, heard.size()> handlers_before{}; // NOLINT

extern "C" void zzz_jobs_screen_signal(int number) {
  const auto error = errno;
  const auto byte = static_cast<char>(number == SIGWINCH ? 'r' : 'e');
  [[maybe_unused]] const auto written = write(signal_pipe[1], &byte, 1);
  errno = error;
}

void hear_signals() {
  if (pipe2(signal_pipe.data(), O_CLOEXEC | O_NONBLOCK) != 0)
    throw Error(errc::unsupported, "no pipe for signals");
  struct sigaction action {};
  action.sa_handler = zzz_jobs_screen_signal;
  for (std::size_t i = 0; i < heard.size(); ++i)
    sigaction(heard[i], &action, &handlers_before[i]);
}

void hear_no_signals() {
  for (std::size_t i = 0; i < heard.size(); ++i)
    sigaction(heard[i], &handlers_before[i], nullptr);
  for (auto& end : signal_pipe) {
    close(end);
    end = -1;
  }
}

} // namespace

Screen::Screen(int terminal, std::ostream& out) : terminal_(terminal), out_(out) {
  if (tcgetattr(terminal_, &before_) != 0)
    throw Error(errc::unsupported, "this is no terminal");
  hear_signals();
  auto raw = before_;
  raw.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO | ISIG | IEXTEN);
  raw.c_iflag &= ~static_cast<tcflag_t>(IXON | ICRNL);
  raw.c_cc[VMIN] = 0;
  raw.c_cc[VTIME] = 0;
  if (tcsetattr(terminal_, TCSAFLUSH, &raw) != 0) {
    hear_no_signals();
    throw Error(errc::unsupported, "the terminal does not give single keys");
  }
  out_ << "\x1b[?1049h\x1b[?25l" << std::flush; // another screen, no cursor
}

Screen::~Screen() {
  out_ << "\x1b[?25h\x1b[?1049l" << std::flush;
  tcsetattr(terminal_, TCSAFLUSH, &before_);
  hear_no_signals();
}

Screen::Size Screen::size() const {
  winsize size{};
  if (ioctl(terminal_, TIOCGWINSZ, &size) != 0 || size.ws_col == 0 || size.ws_row == 0)
    return {};
  return {size.ws_col, size.ws_row};
}

void Screen::show(const std::vector<std::string>& lines) {
  const auto [columns, rows] = size();
  std::string frame = "\x1b[H";
  for (std::size_t i = 0; i < lines.size() && i < rows; ++i)
    frame += (i == 0 ? "" : "\r\n") + clipped(lines[i], columns) + "\x1b[K";
  out_ << frame << "\x1b[J" << std::flush;
}

Screen::Event Screen::wait(std::chrono::milliseconds time) {
  std::array<pollfd, 2> sources{{{terminal_, POLLIN, 0}, {signal_pipe[0], POLLIN, 0}}};
  if (poll(sources.data(), sources.size(), static_cast<int>(time.count())) <= 0)
    return Event::time_is_up; // a signal that interrupts is in the pipe next time
  if ((sources[1].revents & POLLIN) != 0) {
    char byte = 'r';
    return read(signal_pipe[0], &byte, 1) == 1 && byte == 'e' ? Event::end : Event::resized;
  }
  if (read(terminal_, &key_, 1) != 1)
    return Event::end; // the terminal is gone
  constexpr char ctrl_c = 3;
  constexpr char ctrl_d = 4;
  return key_ == ctrl_c || key_ == ctrl_d ? Event::end : Event::key;
}

std::string clipped(const std::string& line, std::size_t columns) {
  if (width_of(line) <= columns)
    return line;
  std::string kept;
  std::size_t width = 0;
  for (std::size_t i = 0; i < line.size();) {
    std::size_t bytes = 1;
    if (line.compare(i, 2, "\x1b[") == 0) {
      bytes = std::min(line.find('m', i), line.size() - 1) - i + 1;
    } else {
      while (i + bytes < line.size()
             && (static_cast<unsigned char>(line[i + bytes]) & 0xC0U) == 0x80U)
        ++bytes;
      if (++width > columns)
        break;
    }
    kept.append(line, i, bytes);
    i += bytes;
  }
  return kept.find('\x1b') == std::string::npos ? kept : kept + "\x1b[0m";
}

} // namespace zzz_jobs::node::cli
