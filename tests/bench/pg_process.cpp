#include "bench/pg_process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <stdexcept>
#include <system_error>

namespace zzz_jobs::bench {
namespace {

using namespace std::chrono_literals;

constexpr auto patience = 60'000ms;

struct Pipe {
  Pipe() {
    std::array<int, 2> ends{};
    if (pipe2(ends.data(), O_CLOEXEC) != 0)
      throw std::system_error{errno, std::generic_category(), "pipe"};
    read = ends[0];
    write = ends[1];
  }
  int read = -1;
  int write = -1;
};

pid_t spawn(std::array<std::string, 4> words, const Pipe& in, const Pipe& out) {
  std::array<char*, 5> arguments{};
  for (std::size_t i = 0; i < words.size(); ++i)
    arguments[i] = words[i].data();
  posix_spawn_file_actions_t actions{};
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, in.read, STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, out.write, STDOUT_FILENO);
  pid_t process = 0;
  const int error =
    posix_spawn(&process, "/proc/self/exe", &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  close(in.read);
  close(out.write);
  if (error != 0)
    throw std::system_error{error, std::generic_category(), "a node process"};
  return process;
}

} // namespace

PgProcess::PgProcess(std::string_view what, const std::string& schema) {
  const Pipe in;
  const Pipe out;
  to_ = in.write;
  from_ = out.read;
  process_ =
    spawn({"zzz_jobs_bench", std::string{pg_node_option}, std::string{what}, schema}, in, out);
  (void)next();
}

PgProcess::~PgProcess() {
  close(to_);
  waitpid(process_, nullptr, 0);
  close(from_); // not before: what it still sends would kill it
}

void PgProcess::start() {
  if (write(to_, "s", 1) != 1)
    throw std::runtime_error{"a node process is gone"};
}

void PgProcess::kill() {
  ::kill(process_, SIGKILL);
}

bool PgProcess::readable(std::chrono::milliseconds duration) const {
  pollfd ready{from_, POLLIN, 0};
  return poll(&ready, 1, static_cast<int>(duration.count())) == 1;
}

std::int64_t PgProcess::next() {
  // Numbers are shorter than what a pipe takes in one piece: none comes in parts.
  if (!readable(patience) || read(from_, &last_, sizeof last_) != sizeof last_)
    throw std::runtime_error{"a node process is gone or does nothing"};
  return last_;
}

std::int64_t PgProcess::last() {
  while (readable(0ms))
    (void)next();
  return last_;
}

} // namespace zzz_jobs::bench
