#pragma once

#include "examples/digest_directory/console.hpp"
#include "examples/digest_directory/options.hpp"
#include "examples/digest_directory/run_record.hpp"

#include <atomic>
#include <cstdint>
#include <exception>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

namespace digest_directory {

/// Puts a job into the queue for every file of the directory, on a thread of its
/// own, while the first are worked already. Ends early when it is destroyed.
class Enumeration {
public:
  Enumeration(const Options& options, RunRecord& record, Console& console);

  /// Whether every file has its job.
  /// @throws what ended it otherwise.
  [[nodiscard]] bool is_complete() const;
  [[nodiscard]] std::uint64_t unreadable_directories() const { return unreadable_; }

  /// No further jobs; waits until that is so.
  void stop();

private:
  void run(const std::stop_token& stop);
  void add(std::vector<std::string>& paths, bool last, const std::stop_token& stop);

  const Options& options_;
  RunRecord& record_;
  Console& console_;
  std::atomic<std::uint64_t> unreadable_{0};
  std::atomic<bool> complete_{false};
  std::atomic<bool> failed_{false};
  std::exception_ptr failure_{};
  std::jthread thread_; ///< last: it uses the others
};

} // namespace digest_directory
