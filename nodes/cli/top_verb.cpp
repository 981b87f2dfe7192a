#include <zzz_jobs/nodes/cli/verb.hpp>

#include <zzz_jobs/nodes/cli/context.hpp>
#include <zzz_jobs/nodes/cli/fields.hpp>
#include <zzz_jobs/nodes/cli/screen.hpp>
#include <zzz_jobs/nodes/cli/top_frame.hpp>
#include <zzz_jobs/nodes/cli/when.hpp>

#include <nlohmann/json.hpp>

#include <optional>

namespace zzz_jobs::node::cli {

namespace {

constexpr const char* running_jobs_max = "100"; ///< more than a screen has lines

Moment look(Context& context) {
  Moment moment;
  moment.version = context.ask({.path = "/api/v1/version"});
  moment.at = std::chrono::steady_clock::now();
  moment.stats = context.ask({.path = "/api/v1/stats"});
  // Without nodes beside it a node may have no such list.
  moment.nodes = context.ask_if_there({.path = "/api/v1/nodes"});
  moment.jobs = context.ask(
    {.path = "/api/v1/jobs",
     .query = {{"state", "executing"}, {"limit", running_jobs_max}, {"order", "oldest"}}});
  return moment;
}

/// The answers that a picture is made of.
nlohmann::json json_of(const Moment& moment) {
  return {{"version", moment.version},
          {"stats", moment.stats},
          {"nodes", list_at(moment.nodes, "nodes")},
          {"jobs", list_at(moment.jobs, "jobs")}};
}

int show_once(Context& context) {
  const auto moment = look(context);
  if (context.wants_json()) {
    context.print_json(json_of(moment));
    return exit_ok;
  }
  for (const auto& line : top_frame(moment, nullptr, context.style(), current_time()))
    context.out() << line << '\n';
  return exit_ok;
}

/// The node may go and come back: then its last words stay, with what is wrong.
class Watch {
public:
  explicit Watch(Context& context) : context_(context), style_(context.style()) {}

  void look_again() {
    try {
      auto moment = look(context_);
      before_ = std::move(now_);
      now_ = std::move(moment);
      trouble_.clear();
    } catch (const Error& error) {
      trouble_ = error.what();
    } catch (const Failure& failure) {
      trouble_ = failure.what();
    }
  }

  [[nodiscard]] std::vector<std::string> lines() const {
    auto lines = now_ ? top_frame(*now_, before_ ? &*before_ : nullptr, style_, current_time())
                      : std::vector<std::string>{};
    if (!trouble_.empty())
      lines.insert(lines.begin(), style_.bad(printable(trouble_)));
    lines.push_back(style_.dim("q quits, space looks at once"));
    return lines;
  }

private:
  Context& context_;
  Style style_;
  std::optional<Moment> now_{};
  std::optional<Moment> before_{};
  std::string trouble_{};
};

void watch(Context& context, int terminal, std::chrono::seconds interval) {
  Watch watch(context);
  watch.look_again();
  Screen screen(terminal, context.out());
  auto next = std::chrono::steady_clock::now() + interval;
  for (;;) {
    screen.show(watch.lines());
    const auto left =
      std::chrono::ceil<std::chrono::milliseconds>(next - std::chrono::steady_clock::now());
    const auto event = left.count() <= 0 ? Screen::Event::time_is_up : screen.wait(left);
    if (event == Screen::Event::end || (event == Screen::Event::key && screen.key() == 'q'))
      return;
    if (event == Screen::Event::resized)
      continue;
    const bool due = std::chrono::steady_clock::now() >= next;
    if (due || (event == Screen::Event::key && screen.key() == ' ')) {
      watch.look_again();
      next = std::chrono::steady_clock::now() + interval;
    }
  }
}

int top(Context& context) {
  const auto& arguments = context.arguments();
  const auto interval = arguments.duration("--interval").value_or(std::chrono::seconds{1});
  if (interval < std::chrono::seconds{1} || interval > std::chrono::hours{1})
    throw Failure(exit_usage, "--interval must be 1s to 1h");
  if (arguments.has("--once"))
    return show_once(context);
  const auto terminal = context.host().terminal();
  if (!terminal || context.wants_json())
    throw Failure(exit_usage,
                  "top needs a terminal; --once writes what it would show, and --once --json"
                  " is for programs");
  watch(context, *terminal, interval);
  return exit_ok;
}

} // namespace

std::vector<Verb> top_verbs() {
  return {
    {.name = "top",
     .summary = "Watch queues, nodes and running jobs",
     .text =
       "q quits, space looks at once. With --once --json: version, stats, nodes and running jobs.",
     .parameters = {{.name = "--interval",
                     .value = "DURATION",
                     .help = "how often to look, 1s to 1h; default 1s"},
                    {.name = "--once", .help = "write one picture and end"}},
     .run = top}};
}

} // namespace zzz_jobs::node::cli
