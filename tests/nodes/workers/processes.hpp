#pragma once

#include <filesystem>
#include <fstream>
#include <string>

#include <sys/types.h>

namespace zzz_jobs::node {

/// The state of a process as proc(5) has it, such as T when it is suspended; X if it
/// is not there.
inline char process_state(pid_t pid) {
  std::ifstream file{"/proc/" + std::to_string(pid) + "/stat"};
  std::string text;
  // The name before it, in parentheses, may contain anything.
  return std::getline(file, text) ? text.at(text.rfind(')') + 2) : 'X';
}

/// Whether it executes something still; one that has ended and that nobody has waited
/// for does not.
inline bool is_running(pid_t pid) {
  const char state = process_state(pid);
  return state != 'Z' && state != 'X';
}

/// The number that a program has written into a file, with a line feed; 0 before.
inline pid_t number_in(const std::filesystem::path& path) {
  std::ifstream file{path};
  std::string line;
  // Without the line feed it may be half of it.
  if (!std::getline(file, line) || file.eof() || line.empty())
    return 0;
  return static_cast<pid_t>(std::stol(line));
}

} // namespace zzz_jobs::node
