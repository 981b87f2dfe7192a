#include "nodes/campaign/own_network.hpp"

#include <array>
#include <cerrno>
#include <cstdint>
#include <fstream>
#include <stdexcept>
#include <system_error>
#include <thread>

#include <fcntl.h>
#include <linux/capability.h>
#include <sched.h>
#include <spawn.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace zzz_jobs::node::test {

namespace {

const std::string net = "10.77.0.";

[[noreturn]] void fail(const std::string& what) {
  throw std::system_error(errno, std::generic_category(), what);
}

/// Waits for its end. @throws std::runtime_error with what it says, unless it ends well.
void run(std::vector<std::string> command) {
  std::vector<char*> arguments;
  std::string whole;
  for (auto& word : command) {
    arguments.push_back(word.data());
    whole += word + ' ';
  }
  arguments.push_back(nullptr);
  std::array<int, 2> pipe{};
  if (pipe2(pipe.data(), O_CLOEXEC) != 0)
    fail("pipe");
  posix_spawn_file_actions_t actions{};
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, pipe[1], STDERR_FILENO);
  pid_t pid = 0;
  errno = posix_spawnp(&pid, arguments[0], &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  close(pipe[1]);
  if (errno != 0)
    fail(command.front());
  std::string said;
  std::array<char, 512> part{};
  for (ssize_t size = 0; (size = read(pipe[0], part.data(), part.size())) > 0;)
    said.append(part.data(), static_cast<std::size_t>(size));
  close(pipe[0]);
  int status = 0;
  while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  if (status != 0)
    throw std::runtime_error(whole + "failed: " + said);
}

void write_file(const char* path, const std::string& text) {
  std::ofstream file{path};
  file << text << std::flush;
  if (!file)
    fail(path);
}

/// The rights over our own namespaces, and those alone, for this process and for what
/// it starts.
void keep_rights() {
  constexpr std::uint32_t rights = 1U << CAP_NET_ADMIN | 1U << CAP_SYS_ADMIN;
  __user_cap_header_struct header{.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
  std::array<__user_cap_data_struct, 2> sets{};
  sets[0] = {.effective = rights, .permitted = rights, .inheritable = rights};
  if (syscall(SYS_capset, &header, sets.data()) != 0)
    fail("capset");
  for (const auto right : {CAP_NET_ADMIN, CAP_SYS_ADMIN})
    if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, right, 0, 0) != 0)
      fail("ambient capabilities");
}

/// Everybody stays who he is: a PostgreSQL server would not run as root.
void enter_user_namespace() {
  const auto user = std::to_string(geteuid());
  const auto group = std::to_string(getegid());
  if (unshare(CLONE_NEWUSER | CLONE_NEWNET) != 0)
    fail("a user namespace");
  write_file("/proc/self/setgroups", "deny");
  write_file("/proc/self/uid_map", user + ' ' + user + " 1");
  write_file("/proc/self/gid_map", group + ' ' + group + " 1");
  keep_rights();
}

void enter() {
  static bool inside = false;
  if (inside)
    return;
  if (geteuid() != 0)
    enter_user_namespace();
  else if (unshare(CLONE_NEWNET) != 0)
    fail("a network namespace");
  inside = true;
  run({"ip", "link", "set", "lo", "up"});
}

/// A namespace that nobody stands in; the descriptor keeps it.
int new_namespace() {
  int space = -1;
  int error = 0;
  std::thread{[&] {
    if (unshare(CLONE_NEWNET) == 0)
      space = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
    error = errno;
  }}.join();
  errno = error;
  if (space < 0)
    fail("a network namespace");
  return space;
}

std::string path_of(int space) {
  return "/proc/" + std::to_string(getpid()) + "/fd/" + std::to_string(space);
}

/// In a process of its own, which may not be able to go back.
std::string try_it() {
  std::array<int, 2> pipe{};
  if (pipe2(pipe.data(), O_CLOEXEC) != 0)
    fail("pipe");
  const auto pid = fork();
  if (pid == 0) {
    std::string error;
    try {
      OwnNetwork network;
      const auto host = network.add_host();
      auto command = host.launcher();
      command.emplace_back("true");
      run(command);
    } catch (const std::exception& caught) {
      error = caught.what();
    }
    _exit(write(pipe[1], error.data(), error.size()) < 0 ? 1 : 0);
  }
  close(pipe[1]);
  std::array<char, 512> part{};
  const auto size = read(pipe[0], part.data(), part.size());
  close(pipe[0]);
  int status = 0;
  if (waitpid(pid, &status, 0) != pid || status != 0)
    return "the trial of one failed";
  return {part.data(), static_cast<std::size_t>(size)};
}

} // namespace

const std::string& OwnNetwork::obstacle() {
  static const auto error = try_it();
  return error;
}

OwnNetwork::OwnNetwork() {
  enter();
  run({"ip", "link", "add", "hub", "type", "bridge"});
  run({"ip", "address", "add", net + "1/24", "dev", "hub"});
  run({"ip", "link", "set", "hub", "up"});
}

OwnNetwork::~OwnNetwork() {
  for (const auto space : spaces_)
    close(space);
  try {
    run({"ip", "link", "delete", "hub"});
  } catch (const std::exception&) { // it goes with this process
  }
}

std::string OwnNetwork::subnet() {
  return net + "0/24";
}

OwnNetwork::Host OwnNetwork::add_host() {
  Host host;
  host.address_ = net + std::to_string(10 + hosts_);
  host.link_ = "to" + std::to_string(hosts_++);
  host.space_ = new_namespace();
  spaces_.push_back(host.space_);
  run({"ip", "link", "add", host.link_, "type", "veth", "peer", "name", "there"});
  run({"ip", "link", "set", "there", "netns", path_of(host.space_)});
  run({"ip", "link", "set", host.link_, "master", "hub", "up"});
  auto inside = host.launcher();
  inside.insert(inside.end(),
                {"sh", "-c",
                 "ip link set lo up && ip address add " + host.address_
                   + "/24 dev there && ip link set there up"});
  run(inside);
  return host;
}

std::vector<std::string> OwnNetwork::Host::launcher() const {
  return {"nsenter", "--net=" + path_of(space_), "--"};
}

void OwnNetwork::cut(const Host& host) {
  run({"ip", "link", "set", host.link_, "down"});
}

void OwnNetwork::join(const Host& host) {
  run({"ip", "link", "set", host.link_, "up"});
}

} // namespace zzz_jobs::node::test
