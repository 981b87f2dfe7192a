#include <zzz_jobs/nodes/cli/enqueue_lines.hpp>

#include <zzz_jobs/nodes/cli/enqueue_options.hpp>
#include <zzz_jobs/nodes/cli/fields.hpp>
#include <zzz_jobs/nodes/cli/progress.hpp>
#include <zzz_jobs/nodes/cli/when.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <chrono>
#include <span>

namespace zzz_jobs::node::cli {

namespace {

constexpr std::size_t jobs_a_request = 1'000;
constexpr std::size_t bytes_a_request = std::size_t{4} * 1024 * 1024;
constexpr int refusals_told = 20; ///< each; then only counted

/// A job, as the text of a JSON object.
struct Line {
  std::int64_t number = 0; ///< of the input, from 1
  std::string text{};
};

using Lines = std::span<const Line>;

class Feed {
public:
  Feed(Context& context, nlohmann::json defaults)
    : context_(context), defaults_(std::move(defaults)) {}

  void run();
  int finish();

private:
  void take(const std::string& text);
  void send_batch();
  void send(Lines lines);
  void count(Lines lines, const nlohmann::json& answer);
  void refuse(std::int64_t line, std::string_view reason);
  void show_progress();
  [[nodiscard]] std::string interrupted(const char* reason, bool in_doubt) const;

  Context& context_;
  Progress progress_{context_.host()};
  nlohmann::json defaults_;
  std::vector<Line> batch_{};
  std::size_t batch_bytes_ = 0;
  std::int64_t line_ = 0;
  std::int64_t last_sent_ = 0; ///< the line up to which all is known
  std::int64_t enqueued_ = 0;
  std::int64_t conflicts_ = 0;
  std::int64_t refused_ = 0;
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

void Feed::run() {
  auto& in = context_.host().in();
  for (std::string line; std::getline(in, line);) {
    ++line_;
    if (line.find_first_not_of(" \t\r") == std::string::npos)
      continue;
    take(line);
    if (batch_.size() >= jobs_a_request || batch_bytes_ >= bytes_a_request)
      send_batch();
  }
  if (in.bad())
    throw Failure(exit_failed, "the input cannot be read after line " + std::to_string(line_));
  send_batch();
}

/// The text stays as it is, for numbers and the order of keys in args; what options
/// say is written behind.
void Feed::take(const std::string& text) {
  const auto job = nlohmann::json::parse(text, nullptr, false);
  if (!job.is_object()) {
    refuse(line_, job.is_discarded() ? "not JSON" : "not a JSON object");
    return;
  }
  auto added = nlohmann::json::object();
  // A line that says when means it.
  const bool has_time = job.contains("scheduled_at") || job.contains("delay_s");
  for (const auto& [key, value] : defaults_.items())
    if (!job.contains(key) && !(has_time && (key == "scheduled_at" || key == "delay_s")))
      added[key] = value;
  auto whole = text.substr(0, text.find_last_of('}') + 1);
  if (!added.empty()) {
    whole.back() = job.empty() ? ' ' : ',';
    whole += added.dump().substr(1);
  }
  batch_bytes_ += whole.size();
  batch_.push_back({line_, std::move(whole)});
}

void Feed::send_batch() {
  if (batch_.empty())
    return;
  try {
    send(batch_);
  } catch (const Failure& failure) {
    throw Failure(failure.code(), interrupted(failure.what(), false));
  } catch (const Error& error) {
    throw Failure(exit_code_of(error.code()),
                  interrupted(error.what(), error.code() == errc::in_doubt));
  }
  batch_.clear();
  batch_bytes_ = 0;
  show_progress();
}

/// A request with a job that breaks a rule is refused as a whole: then its halves are
/// sent, until that job is alone.
void Feed::send(Lines lines) {
  std::string body;
  for (const auto& line : lines)
    body += (body.empty() ? "[" : ",\n") + line.text;
  const auto answer = context_.call({.method = "POST", .path = "/api/v1/jobs", .body = body + "]"});
  if (answer.status < 400) {
    count(lines, nlohmann::json::parse(answer.body, nullptr, false));
    last_sent_ = lines.back().number;
    return;
  }
  const auto failure = failure_of(answer);
  if (failure.code() != exit_usage)
    throw failure;
  if (lines.size() > 1) {
    send(lines.first(lines.size() / 2));
    send(lines.subspan(lines.size() / 2));
    return;
  }
  std::string_view reason = failure.what();
  if (constexpr std::string_view place = "job 1: "; reason.starts_with(place))
    reason.remove_prefix(place.size());
  refuse(lines.front().number, reason);
  last_sent_ = lines.front().number;
}

void Feed::count(Lines lines, const nlohmann::json& answer) {
  const auto& jobs = list_at(answer, "jobs");
  if (jobs.size() != lines.size())
    throw Failure(exit_failed,
                  "the node answered for " + std::to_string(jobs.size()) + " of "
                    + std::to_string(lines.size()) + " jobs");
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const auto error = text_at(jobs[i], "error");
    if (!error.empty())
      refuse(lines[i].number, error);
    else if (flag_at(jobs[i], "conflict"))
      ++conflicts_;
    else
      ++enqueued_;
  }
}

void Feed::refuse(std::int64_t line, std::string_view reason) {
  if (++refused_ > refusals_told)
    return;
  progress_.clear();
  context_.err() << "zzz-jobs: line " << line << ": " << printable(reason) << '\n';
}

void Feed::show_progress() {
  const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start_;
  const auto rate = static_cast<double>(enqueued_) / std::max(elapsed.count(), 0.001);
  progress_.show(counted(enqueued_, "job") + " enqueued, "
                 + grouped(static_cast<std::int64_t>(rate)) + "/s");
}

/// Lets somebody go on with the lines that were not enqueued.
std::string Feed::interrupted(const char* reason, bool in_doubt) const {
  const auto first =
    std::ranges::find_if(batch_, [&](const Line& line) { return line.number > last_sent_; });
  return std::string{reason} + "; " + counted(enqueued_, "job") + " enqueued before, lines "
    + std::to_string(first == batch_.end() ? last_sent_ : first->number) + " to "
    + std::to_string(batch_.back().number) + (in_doubt ? " perhaps" : " not");
}

int Feed::finish() {
  progress_.clear();
  if (refused_ > refusals_told)
    context_.err() << "zzz-jobs: and " << counted(refused_ - refusals_told, "more line") << '\n';
  if (context_.wants_json()) {
    context_.print_json(
      {{"enqueued", enqueued_}, {"conflicts", conflicts_}, {"refused", refused_}});
  } else {
    context_.out() << counted(enqueued_, "job") << " enqueued";
    if (conflicts_ > 0)
      context_.out() << ", " << grouped(conflicts_) << " were there already";
    if (refused_ > 0)
      context_.out() << ", " << grouped(refused_) << " refused";
    context_.out() << '\n';
  }
  return refused_ > 0 ? exit_failed : exit_ok;
}

} // namespace

int enqueue_lines(Context& context) {
  Feed feed(context, enqueue_options(context.arguments()));
  feed.run();
  return feed.finish();
}

} // namespace zzz_jobs::node::cli
