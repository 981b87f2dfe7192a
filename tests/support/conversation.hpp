#pragma once

#include <string>
#include <vector>

#include <sys/types.h>

namespace zzz_jobs::support {

/// A program that answers lines with lines. Its input ends with the object, and
/// with this process, however that dies: such a program cleans up then.
class Conversation {
public:
  explicit Conversation(std::vector<std::string> command);
  ~Conversation(); ///< waits for its end
  Conversation(const Conversation&) = delete;
  Conversation& operator=(const Conversation&) = delete;

  /// Sends the line; what follows "ok " in the answer.
  /// @throws std::runtime_error with any other answer, or if there is none.
  std::string ask(const std::string& line);
  /// The next answer.
  std::string answer();

private:
  int socket_ = -1;
  pid_t pid_ = -1;
  std::string pending_{};
};

} // namespace zzz_jobs::support
