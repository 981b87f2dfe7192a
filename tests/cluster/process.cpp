#include "cluster/process.hpp"

#include "support/eventually.hpp"

#include <cerrno>
#include <csignal>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <system_error>

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

namespace zzz_jobs::cluster {

Process::Process(const std::vector<std::string>& command, const std::filesystem::path& log)
  : log_(log) {
  auto words = command;
  std::vector<char*> arguments;
  for (auto& word : words)
    arguments.push_back(word.data());
  arguments.push_back(nullptr);
  posix_spawn_file_actions_t actions{};
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, log.c_str(),
                                   O_WRONLY | O_CREAT | O_APPEND, 0600);
  const int error =
    posix_spawn(&pid_, arguments.front(), &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (error != 0)
    throw std::system_error(error, std::generic_category(), command.front());
}

Process::~Process() {
  kill();
}

void Process::signal(int number) const {
  if (status_)
    throw std::runtime_error("process " + std::to_string(pid_) + " has ended; see "
                             + log_.string());
  ::kill(pid_, number);
}

void Process::kill() {
  if (has_ended())
    return;
  ::kill(pid_, SIGKILL);
  int status = 0;
  while (waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
  status_ = status;
}

bool Process::has_ended() {
  int status = 0;
  if (!status_ && waitpid(pid_, &status, WNOHANG) == pid_)
    status_ = status;
  return status_.has_value();
}

std::optional<int> Process::wait_for_end(std::chrono::milliseconds deadline) {
  if (!support::eventually([this] { return has_ended(); }, deadline) || !WIFEXITED(*status_))
    return std::nullopt;
  return WEXITSTATUS(*status_);
}

std::chrono::milliseconds Process::processor_time() const {
  std::ifstream file{"/proc/" + std::to_string(pid_) + "/stat"};
  std::string text;
  std::getline(file, text);
  // The name in parentheses may contain anything; user and system time are the
  // 12th and 13th field after it.
  std::istringstream fields{text.substr(text.rfind(')') + 2)};
  std::string skipped;
  for (int i = 0; i < 11; ++i)
    fields >> skipped;
  long user = 0;
  long system = 0;
  fields >> user >> system;
  return std::chrono::milliseconds{(user + system) * 1000 / sysconf(_SC_CLK_TCK)};
}

} // namespace zzz_jobs::cluster
