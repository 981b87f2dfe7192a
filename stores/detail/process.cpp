#include <zzz_jobs/stores/detail/process.hpp>

#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <system_error>

namespace zzz_jobs::detail {
namespace {

struct ProcessState {
  char state = 'X';
  std::string start_time{};
};

/// From Linux's /proc; a process that is not there is dead.
ProcessState state_of(const std::string& pid) {
  std::ifstream file{"/proc/" + pid + "/stat"};
  std::string line;
  std::getline(file, line);
  const auto name_end = line.rfind(')'); // the name may contain anything
  if (name_end == std::string::npos)
    return {};
  std::istringstream fields{line.substr(name_end + 1)};
  ProcessState found;
  fields >> found.state;
  constexpr int fields_before_start_time = 18;
  for (int i = 0; i < fields_before_start_time; ++i)
    fields >> found.start_time;
  fields >> found.start_time;
  return found;
}

} // namespace

std::string machine_identity() {
  std::ifstream file{"/proc/sys/kernel/random/boot_id"};
  std::string boot;
  std::getline(file, boot);
  std::error_code problem;
  const auto pids = std::filesystem::read_symlink("/proc/self/ns/pid", problem).string();
  return boot.empty() || pids.empty() ? "" : boot + " " + pids + " ";
}

std::string process_identity() {
  const auto machine = machine_identity();
  const auto pid = std::to_string(getpid());
  const auto start_time = state_of(pid).start_time;
  return machine.empty() || start_time.empty() ? "" : machine + pid + " " + start_time;
}

bool has_ended(const std::string& identity) {
  const auto machine = machine_identity();
  if (machine.empty() || identity.rfind(machine, 0) != 0)
    return false;
  std::istringstream words{identity.substr(machine.size())};
  std::string pid;
  std::string start_time;
  words >> pid >> start_time;
  const auto now = state_of(pid);
  return now.start_time != start_time || now.state == 'Z' || now.state == 'X';
}

ProcessInfo this_process() {
  std::array<char, 256> host{};
  if (gethostname(host.data(), host.size() - 1) != 0)
    std::strcpy(host.data(), "unknown");
  return {static_cast<long>(getpid()), program_invocation_short_name, host.data()};
}

std::string to_string(const ProcessInfo& process) {
  return process.program + " (process " + std::to_string(process.pid) + " on host " + process.host
    + ")";
}

} // namespace zzz_jobs::detail
