#include "examples/digest_directory/console.hpp"

#include <unistd.h>

#include <cstdio>
#include <string>

namespace digest_directory {
namespace {

void write(std::string_view before, std::string_view text, std::string_view after) {
  std::string line{before};
  line += text;
  line += after;
  std::fwrite(line.data(), 1, line.size(), stderr);
}

} // namespace

Console::Console() : is_terminal_(isatty(STDERR_FILENO) == 1) {}

Console::~Console() {
  clear();
}

void Console::clear() {
  if (is_shown_)
    write("\r\033[K", "", "");
  is_shown_ = false;
}

void Console::end_line() {
  const std::lock_guard lock{mutex_};
  if (is_shown_)
    write("", "", "\n");
  is_shown_ = false;
}

void Console::say(std::string_view text) {
  const std::lock_guard lock{mutex_};
  clear();
  write("digest_directory: ", text, "\n");
}

void Console::show(std::string_view text) {
  if (!is_terminal_)
    return say(text);
  const std::lock_guard lock{mutex_};
  write("\r\033[K", text, "");
  is_shown_ = true;
}

} // namespace digest_directory
