#pragma once

#include <zzz_jobs/nodes/workers/child_process.hpp>
#include <zzz_jobs/nodes/workers/command_run.hpp>
#include <zzz_jobs/nodes/workers/control_lines.hpp>
#include <zzz_jobs/nodes/workers/program_text.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace zzz_jobs::node {

/// Why a program was sent TERM.
enum class ProgramStop : std::uint8_t {
  asked,            ///< the job's stop token fired
  output_too_large, ///< more than a result may have
};

/// How a program ended, and what was done to it.
struct ProgramEnd {
  ExitState state{};
  std::optional<ProgramStop> stopped{};
  bool killed = false; ///< by us: TERM did not help
};

/// All that a program has said.
struct ProgramWords {
  ProgramWords(const Limits& limits, JobContext& context);
  /// False if it is more than a result may have.
  [[nodiscard]] bool add_output(std::string_view text);

  std::string output{};
  TextTail errors;
  ControlLines control;

private:
  std::size_t output_bytes_max_;
};

/// What an ended program means for its job: returns, or throws like a handler.
void conclude(const CommandRules& rules, const ProgramEnd& end, ProgramWords& said,
              JobContext& context);

/// For a job that was to stop before its program had started.
[[noreturn]] void throw_not_started(const JobContext& context);

} // namespace zzz_jobs::node
