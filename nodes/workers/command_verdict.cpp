#include <zzz_jobs/nodes/workers/command_verdict.hpp>

#include <algorithm>
#include <csignal>
#include <cstring>
#include <stdexcept>
#include <utility>

namespace zzz_jobs::node {
namespace {

constexpr int status_complete = 0;
constexpr int status_snooze = 75; // EX_TEMPFAIL of sysexits.h

/// How much of an error text our own words may take.
constexpr std::size_t words_bytes = 256;

std::size_t tail_bytes(const Limits& limits) {
  // Half, should the limit be very small: the beginning says what happened.
  return std::max(limits.error_text_bytes_max / 2,
                  limits.error_text_bytes_max - std::min(words_bytes, limits.error_text_bytes_max));
}

std::string signal_text(int number) {
  const auto* name = sigabbrev_np(number);
  return "signal " + std::to_string(number)
    + (name != nullptr ? " (" + std::string{name} + ")" : "");
}

bool is_out_of_cpu_time(const CommandRules& rules, const ExitState& state) {
  // The limit counts in ticks, the time does not: the two may differ by some. KILL comes
  // a second later.
  return rules.program.cpu_max
    && (state.signal == SIGXCPU
        || (state.signal == SIGKILL && state.cpu_time >= *rules.program.cpu_max));
}

std::string exit_text(const CommandRules& rules, const ExitState& state) {
  if (state.signal == 0)
    return "exit status " + std::to_string(state.status);
  auto text = "ended by " + signal_text(state.signal);
  if (is_out_of_cpu_time(rules, state))
    text += ", its cpu_max of " + std::to_string(rules.program.cpu_max->count()) + " s is used up";
  else if (rules.program.memory_bytes_max)
    text += ", its memory_max is " + std::to_string(*rules.program.memory_bytes_max) + " bytes";
  return text;
}

std::string stop_text(const CommandRules& rules, const ProgramEnd& end) {
  return end.killed
    ? "killed, it had not ended " + std::to_string(rules.stop_grace.count()) + " s after TERM"
    : exit_text(rules, end.state) + " after TERM";
}

[[noreturn]] void fail(const std::string& text, const ProgramWords& said) {
  const auto errors = said.errors.text();
  throw std::runtime_error(errors.empty() ? text : text + ": " + errors);
}

/// The output without the line end that a program closes it with.
void record_result(ProgramWords& said, const Limits& limits, JobContext& context) {
  if (!said.output.empty() && said.output.back() == '\n')
    said.output.pop_back();
  if (said.output.empty())
    return;
  check_text("standard output (the job's result)", said.output, limits.result_bytes_max);
  context.result(std::move(said.output));
}

} // namespace

ProgramWords::ProgramWords(const Limits& limits, JobContext& context)
  : errors(tail_bytes(limits)), control(context), output_bytes_max_(limits.result_bytes_max) {}

void ProgramWords::add_output(std::string_view text) {
  // With a line feed at its end, which does not count.
  const auto room = output_bytes_max_ + 1 - output.size();
  output += text.substr(0, room);
  output_cut = output_cut || text.size() > room;
}

void throw_not_started(const JobContext& context) {
  throw std::runtime_error("not started, the job was to stop ("
                           + std::string{to_string(context.stop_reason())} + ")");
}

void conclude(const CommandRules& rules, const ProgramEnd& end, ProgramWords& said,
              JobContext& context) {
  if (said.output_cut)
    fail("standard output (the job's result): must be at most "
           + std::to_string(rules.limits.result_bytes_max) + " bytes"
           + (end.stopped ? "; the program was stopped: " + stop_text(rules, end) : ""),
         said);
  // Whatever its exit status: many programs end with 0 when they are told to stop,
  // and a job that is run again is better than one that was not done.
  if (end.stopped)
    fail("stopped (" + std::string{to_string(context.stop_reason())}
           + "): " + stop_text(rules, end),
         said);
  const bool done = end.state.status == status_complete;
  if (end.state.signal != 0 || !(done || end.state.status == status_snooze))
    fail(exit_text(rules, end.state), said);
  if (!said.control.problem().empty())
    fail(said.control.problem(), said);
  if (done)
    record_result(said, rules.limits, context);
  else
    context.snooze(said.control.snooze().value_or(rules.snooze));
}

} // namespace zzz_jobs::node
