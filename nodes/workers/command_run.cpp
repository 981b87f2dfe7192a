#include <zzz_jobs/nodes/workers/command_run.hpp>

#include <zzz_jobs/nodes/workers/child_process.hpp>
#include <zzz_jobs/nodes/workers/command_verdict.hpp>
#include <zzz_jobs/nodes/workers/control_lines.hpp>
#include <zzz_jobs/nodes/workers/job_facts.hpp>
#include <zzz_jobs/nodes/workers/program_text.hpp>
#include <zzz_jobs/nodes/workers/stop_bell.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <functional>
#include <optional>
#include <string>
#include <system_error>

#include <poll.h>
#include <unistd.h>

namespace zzz_jobs::node {
namespace {

using Clock = std::chrono::steady_clock;
using Sink = std::function<void(std::string_view)>;

/// What a program's last words may be, beyond which a process that outlives it and
/// goes on writing is not listened to: as much as its pipes hold.
constexpr int last_reads_max = 32;

/// One of the program's streams and who takes what it says.
struct Stream {
  Descriptor end{};
  Sink sink{};

  /// True while more may be there now.
  bool read_some() {
    std::array<char, 64 * 1024> buffer; // not initialised: written before it is read
    const auto count = ::read(end.number(), buffer.data(), buffer.size());
    if (count > 0)
      sink({buffer.data(), static_cast<std::size_t>(count)});
    else if (count == 0 || (errno != EAGAIN && errno != EINTR))
      end.close();
    return count > 0;
  }
};

/// One execution. States: running, told to stop (TERM), killed; the program exits in
/// each. Who was told to stop may have started others that still clean up when it has
/// gone, a shell above all: they have the same time.
class CommandRun {
public:
  CommandRun(const CommandRules& rules, std::string_view args, JobContext& context)
    : rules_(rules), said_(rules.limits, context), bell_(context.stop_token()),
      child_(rules.program, facts_of(context.job()), args),
      streams_{
        {{child_.take_output(), [this](std::string_view text) { add_output(text); }},
         {child_.take_errors(), [this](std::string_view text) { said_.errors.add(text); }},
         {child_.take_control(), [this](std::string_view text) { said_.control.add(text); }}}} {}

  ProgramEnd watch() {
    while (!is_over())
      wait_for_something();
    for (auto& stream : streams_)
      for (int reads = 0; stream.end.is_open() && reads < last_reads_max; ++reads)
        if (!stream.read_some())
          break;
    said_.control.end();
    return {.state = child_.wait(), .stopped = stopped_, .killed = killed_};
  }

  [[nodiscard]] ProgramWords& said() noexcept { return said_; }

private:
  /// What the program started has its descriptor 3, unless it was closed on purpose.
  [[nodiscard]] bool is_over() const {
    return exited_ && (!stopped_ || killed_ || !control().end.is_open());
  }

  void wait_for_something() {
    std::array<pollfd, 5> events{{{exited_ ? -1 : child_.exit_event(), POLLIN, 0},
                                  {stopped_ ? -1 : bell_.event(), POLLIN, 0},
                                  {streams_[0].end.number(), POLLIN, 0},
                                  {streams_[1].end.number(), POLLIN, 0},
                                  {streams_[2].end.number(), POLLIN, 0}}};
    if (poll(events.data(), events.size(), patience()) < 0) {
      if (errno != EINTR)
        throw std::system_error(errno, std::generic_category(), "poll");
      return;
    }
    // First, so that a program that ended by itself was not told to stop.
    exited_ = exited_ || events[0].revents != 0;
    for (std::size_t i = 0; i < streams_.size(); ++i)
      if (events[i + 2].revents != 0)
        streams_[i].read_some();
    if (events[1].revents != 0)
      stop();
    kill_in_time();
  }

  void add_output(std::string_view text) {
    said_.add_output(text);
    if (said_.output_cut)
      stop();
  }

  void stop() {
    if (stopped_ || exited_)
      return;
    stopped_ = true;
    child_.signal_group(SIGTERM);
    child_.signal_group(SIGCONT); // what is suspended would not hear of it
    kill_at_ = Clock::now() + rules_.stop_grace;
  }

  void kill_in_time() {
    if (killed_ || !kill_at_ || Clock::now() < *kill_at_)
      return;
    killed_ = true;
    child_.signal_group(SIGKILL);
  }

  /// For poll: until it must be killed, rounded up.
  [[nodiscard]] int patience() const {
    if (!kill_at_ || killed_)
      return -1;
    const auto rest = std::chrono::ceil<std::chrono::milliseconds>(*kill_at_ - Clock::now());
    return std::max(0, static_cast<int>(rest.count()));
  }

  [[nodiscard]] const Stream& control() const noexcept { return streams_[2]; }

  const CommandRules& rules_;
  ProgramWords said_;
  StopBell bell_;
  ChildProcess child_;
  std::array<Stream, 3> streams_;
  bool exited_ = false;
  bool killed_ = false;
  bool stopped_ = false;
  std::optional<Clock::time_point> kill_at_{};
};

} // namespace

void run_command(const CommandRules& rules, std::string_view args, JobContext& context) {
  if (context.stop_requested())
    throw_not_started(context);
  CommandRun run{rules, args, context};
  const auto end = run.watch();
  conclude(rules, end, run.said(), context);
}

} // namespace zzz_jobs::node
