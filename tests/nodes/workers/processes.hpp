#pragma once

#include <filesystem>
#include <fstream>
#include <string>

#include <sys/types.h>

namespace zzz_jobs::node {

/// Whether a process executes something still; one that has ended and that nobody
/// has waited for does not.
inline bool is_running(pid_t pid) {
  std::ifstream file{"/proc/" + std::to_string(pid) + "/stat"};
  std::string text;
  if (!std::getline(file, text))
    return false;
  const auto after_name = text.rfind(')');
  const char state = text.at(after_name + 2);
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
