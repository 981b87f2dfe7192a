#include "support/conversation.hpp"

#include <array>
#include <cerrno>
#include <stdexcept>
#include <string_view>
#include <system_error>

#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

namespace zzz_jobs::support {

namespace {

/// In a session of its own, so that an interrupt from the terminal does not reach
/// it before we are gone. Nothing of ours stays open in it but standard error.
pid_t spawn(std::vector<std::string>& command, int socket) {
  posix_spawn_file_actions_t actions{};
  posix_spawnattr_t attributes{};
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, socket, STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, socket, STDOUT_FILENO);
  posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO + 1);
  posix_spawnattr_init(&attributes);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSID);

  std::vector<char*> arguments;
  for (auto& argument : command)
    arguments.push_back(argument.data());
  arguments.push_back(nullptr);
  pid_t pid = -1;
  const int code =
    posix_spawnp(&pid, arguments[0], &actions, &attributes, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  posix_spawnattr_destroy(&attributes);
  if (code != 0)
    throw std::system_error(code, std::generic_category(), command[0]);
  return pid;
}

} // namespace

Conversation::Conversation(std::vector<std::string> command) {
  std::array<int, 2> ends{};
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0)
    throw std::system_error(errno, std::generic_category(), "socketpair");
  socket_ = ends[0];
  try {
    pid_ = spawn(command, ends[1]);
  } catch (...) {
    close(ends[0]);
    close(ends[1]);
    throw;
  }
  close(ends[1]);
}

Conversation::~Conversation() {
  shutdown(socket_, SHUT_WR); // also where a forked process has it open
  while (waitpid(pid_, nullptr, 0) == -1 && errno == EINTR) {
  }
  close(socket_);
}

std::string Conversation::ask(const std::string& line) {
  const auto text = line + "\n";
  for (std::string_view rest = text; !rest.empty();) {
    const auto sent = send(socket_, rest.data(), rest.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno != EINTR)
      break; // its last words say why
    if (sent > 0)
      rest.remove_prefix(static_cast<std::size_t>(sent));
  }
  return answer();
}

std::string Conversation::answer() {
  std::array<char, 512> part{};
  auto end = std::string::npos;
  while ((end = pending_.find('\n')) == std::string::npos) {
    const auto size = read(socket_, part.data(), part.size());
    if (size < 0 && errno == EINTR)
      continue;
    if (size <= 0)
      throw std::runtime_error("the program gave no answer: " + pending_);
    pending_.append(part.data(), static_cast<std::size_t>(size));
  }
  const auto line = pending_.substr(0, end);
  pending_.erase(0, end + 1);
  if (line.rfind("ok", 0) != 0)
    throw std::runtime_error(line);
  return line.size() > 3 ? line.substr(3) : "";
}

} // namespace zzz_jobs::support
