#include "examples/digest_directory/enumeration.hpp"

#include "examples/digest_directory/digest_job.hpp"
#include "examples/digest_directory/directory_walk.hpp"

#include <zzz_jobs/config/errc.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <string_view>
#include <system_error>

namespace digest_directory {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t jobs_per_transaction = 500;

/// The database and what SQLite keeps beside it are no files to digest: they
/// change all the time.
bool belongs_to(const fs::path& database, const fs::path& file) {
  const std::string name = file.filename();
  const std::string own = database.filename();
  if (!name.starts_with(own))
    return false;
  constexpr std::array<std::string_view, 5> endings = {"", "-wal", "-shm", "-journal", ".lock"};
  const auto ending = std::string_view{name}.substr(own.size());
  std::error_code error;
  return std::find(endings.begin(), endings.end(), ending) != endings.end()
    && fs::equivalent(file.parent_path(), database.parent_path(), error);
}

/// False if `stop` came first.
bool wait_a_second(const std::stop_token& stop) {
  std::mutex mutex;
  std::condition_variable_any changed;
  std::unique_lock lock{mutex};
  changed.wait_for(lock, stop, std::chrono::seconds{1}, [] { return false; });
  return !stop.stop_requested();
}

} // namespace

Enumeration::Enumeration(const Options& options, RunRecord& record, Console& console)
  : options_(options), record_(record), console_(console), thread_([this](std::stop_token stop) {
      try {
        run(stop);
      } catch (...) {
        failure_ = std::current_exception();
        failed_ = true;
      }
    }) {}

bool Enumeration::is_complete() const {
  if (failed_)
    std::rethrow_exception(failure_);
  return complete_;
}

void Enumeration::stop() {
  thread_.request_stop();
  if (thread_.joinable())
    thread_.join();
}

void Enumeration::run(const std::stop_token& stop) {
  const auto known = record_.paths_with_jobs();
  std::vector<std::string> paths;
  const auto on_file = [&](const fs::path& file) {
    if (known.contains(file.native()) || belongs_to(options_.database, file))
      return;
    paths.push_back(file.native());
    if (paths.size() >= jobs_per_transaction)
      add(paths, false, stop);
  };
  const auto on_unreadable = [&](const fs::path& directory, const std::string& reason) {
    ++unreadable_;
    console_.say("cannot read directory " + args_for(directory.native()) + ": " + reason);
  };
  if (!walk_directory(options_.directory, stop, {on_file, on_unreadable}))
    return;
  add(paths, true, stop);
  complete_ = !stop.stop_requested();
}

void Enumeration::add(std::vector<std::string>& paths, bool last, const std::stop_token& stop) {
  do {
    try {
      record_.add(paths, last);
      paths.clear();
      return;
    } catch (const zzz_jobs::Error& error) {
      if (error.code() != zzz_jobs::errc::unavailable)
        throw;
      // Nothing happened: another program is in a transaction, or the disk is full.
      console_.say(error.what());
    }
  } while (wait_a_second(stop));
}

} // namespace digest_directory
