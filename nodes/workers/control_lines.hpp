#pragma once

#include <zzz_jobs/actors/job_context.hpp>

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace zzz_jobs::node {

/// What a program says on descriptor 3, a line each, as a handler says it to its
/// context:
///
///   progress PERCENT [NOTE]    0 to 100
///   snooze SECONDS             run again later, uses no attempt
///   cancel REASON
///   discard REASON
///
/// Of the last three the last one counts, once the program exits with 0.
class ControlLines {
public:
  explicit ControlLines(JobContext& context) : context_(context) {}

  void add(std::string_view bytes);
  /// No more will come: a last line needs no line feed.
  void end();

  /// The first line that could not be understood, and why; empty if there was none.
  [[nodiscard]] const std::string& problem() const noexcept { return problem_; }
  /// The last `snooze` line's.
  [[nodiscard]] std::optional<std::chrono::seconds> snooze() const noexcept { return snooze_; }

private:
  void take(std::string_view line);
  void obey(std::string_view word, std::string_view rest);
  void say_progress(std::string_view rest);
  void say_snooze(std::string_view rest);

  JobContext& context_;
  std::string unfinished_{};
  std::string problem_{};
  std::size_t line_ = 0;
  std::optional<std::chrono::seconds> snooze_{};
};

} // namespace zzz_jobs::node
