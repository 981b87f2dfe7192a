#include "bench/machine.hpp"

#include <fcntl.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <system_error>
#include <thread>

#ifdef ZZZ_JOBS_HAS_SQLITE
#include <sqlite3.h>
#endif

namespace zzz_jobs::bench {
namespace {

std::string cpu_model() {
  std::ifstream info{"/proc/cpuinfo"};
  for (std::string line; std::getline(info, line);)
    if (line.starts_with("model name"))
      return line.substr(line.find(':') + 2);
  return "unknown";
}

std::string kernel() {
  utsname names{};
  uname(&names);
  return std::string{names.sysname} + " " + names.release + " " + names.machine;
}

std::string now_utc() {
  std::array<char, 32> text{};
  const auto now = std::time(nullptr);
  std::tm parts{};
  gmtime_r(&now, &parts);
  return {text.data(), std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &parts)};
}

std::string compiler() {
#ifdef __clang__
  return "clang " __clang_version__;
#else
  return "g++ " __VERSION__;
#endif
}

double load_now() {
  double load = 0;
  return getloadavg(&load, 1) == 1 ? load : 0;
}

/// A pace that every durable commit is bound by.
double fsync_rate(const std::filesystem::path& directory) {
  using Clock = std::chrono::steady_clock;
  const auto file = directory / "fsync";
  const int handle = open(file.c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
  const std::array<char, 8192> block{};
  const auto begin = Clock::now();
  int count = 0;
  while (Clock::now() - begin < std::chrono::milliseconds{500}) {
    if (pwrite(handle, block.data(), block.size(), 0) < 0 || fdatasync(handle) != 0)
      throw std::system_error{errno, std::generic_category(), file.string()};
    ++count;
  }
  const std::chrono::duration<double> elapsed = Clock::now() - begin;
  close(handle);
  std::filesystem::remove(file);
  return count / elapsed.count();
}

} // namespace

Machine describe_machine() {
  Machine machine;
  machine.cpu = cpu_model();
  machine.cores = std::thread::hardware_concurrency();
  machine.memory_mb = sysconf(_SC_PHYS_PAGES) / 1024 * sysconf(_SC_PAGESIZE) / 1024;
  machine.kernel = kernel();
  machine.date = now_utc();
  machine.compiler = compiler();
  machine.build_type = ZZZ_JOBS_BENCH_BUILD_TYPE;
  machine.versions = {{"zzz_jobs", ZZZ_JOBS_BENCH_VERSION}, {"caf", ZZZ_JOBS_BENCH_CAF_VERSION}};
#ifdef ZZZ_JOBS_HAS_SQLITE
  machine.versions["sqlite"] = sqlite3_libversion();
#endif
  return machine;
}

void Machine::look(const std::filesystem::path& directory) {
  load_average.push_back(load_now());
  fsyncs_per_s.push_back(fsync_rate(directory));
}

std::string Machine::line() const {
  return cpu + ", " + std::to_string(cores) + " cores, " + std::to_string(memory_mb) + " MB, "
    + kernel + ", " + std::to_string(static_cast<long>(fsyncs_per_s.back())) + " fsyncs/s, load "
    + std::to_string(static_cast<long>(load_average.back())) + ", " + compiler + ", " + build_type;
}

} // namespace zzz_jobs::bench
