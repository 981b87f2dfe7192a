#pragma once

#include <zzz_jobs/nodes/workers/child_process.hpp>
#include <zzz_jobs/nodes/workers/command_run.hpp>
#include <zzz_jobs/nodes/workers/control_lines.hpp>
#include <zzz_jobs/nodes/workers/program_text.hpp>

#include <cstddef>
#include <string>
#include <string_view>

namespace zzz_jobs::node {

/// How a program ended, and what was done to it.
struct ProgramEnd {
  ExitState state{};
  bool stopped = false; ///< it was sent TERM
  bool killed = false;  ///< by us: TERM did not help
};

/// All that a program has said.
struct ProgramWords {
  ProgramWords(const Limits& limits, JobContext& context);
  void add_output(std::string_view text);

  std::string output{};
  bool output_cut = false; ///< it is not all: more came than a result may have
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
