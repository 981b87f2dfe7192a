#include <zzz_jobs/nodes/cli/enqueue_lines.hpp>

#include <zzz_jobs/nodes/cli/enqueue_options.hpp>
#include <zzz_jobs/nodes/cli/fields.hpp>
#include <zzz_jobs/nodes/cli/when.hpp>

#include <nlohmann/json.hpp>

#include <chrono>

namespace zzz_jobs::node::cli {

namespace {

constexpr std::size_t jobs_a_request = 1'000;
constexpr std::size_t bytes_a_request = std::size_t{4} * 1024 * 1024;
constexpr int refusals_told = 20; ///< each; then only counted

/// Lines that are sent together.
struct Batch {
  std::string body;
  std::vector<std::int64_t> lines; ///< their numbers, from 1
};

class Feed {
public:
  Feed(Context& context, nlohmann::json defaults)
    : context_(context), defaults_(std::move(defaults)) {}

  void run();
  int finish();

private:
  void take(const std::string& line);
  void send();
  void count(const nlohmann::json& answer);
  void refuse(std::int64_t line, const std::string& reason);
  void show_progress();
  [[nodiscard]] std::string interrupted(const char* reason, bool in_doubt) const;

  Context& context_;
  nlohmann::json defaults_;
  Batch batch_{};
  std::int64_t line_ = 0;
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
    if (batch_.lines.size() >= jobs_a_request || batch_.body.size() >= bytes_a_request)
      send();
  }
  if (in.bad())
    throw Failure(exit_failed, "the input cannot be read after line " + std::to_string(line_));
  send();
}

void Feed::take(const std::string& line) {
  auto job = nlohmann::json::parse(line, nullptr, false);
  if (!job.is_object()) {
    refuse(line_, job.is_discarded() ? "not JSON" : "not a JSON object");
    return;
  }
  // A line that says when or under which key means it.
  const bool has_time = job.contains("scheduled_at") || job.contains("delay_s");
  for (const auto& [key, value] : defaults_.items())
    if (!job.contains(key) && !(has_time && (key == "scheduled_at" || key == "delay_s")))
      job[key] = value;
  batch_.body += job.dump() + '\n';
  batch_.lines.push_back(line_);
}

void Feed::send() {
  if (batch_.lines.empty())
    return;
  const ApiRequest request{.method = "POST", .path = "/api/v1/jobs", .body = batch_.body};
  try {
    count(context_.ask(request));
  } catch (const Failure& failure) {
    throw Failure(failure.code(), interrupted(failure.what(), false));
  } catch (const Error& error) {
    throw Failure(exit_code_of(error.code()),
                  interrupted(error.what(), error.code() == errc::in_doubt));
  }
  batch_ = {};
  show_progress();
}

void Feed::count(const nlohmann::json& answer) {
  const auto& jobs = list_at(answer, "jobs");
  if (jobs.size() != batch_.lines.size())
    throw Failure(exit_failed,
                  "the node answered for " + std::to_string(jobs.size()) + " of "
                    + std::to_string(batch_.lines.size()) + " jobs");
  for (std::size_t i = 0; i < batch_.lines.size(); ++i) {
    const auto error = text_at(jobs[i], "error");
    if (!error.empty())
      refuse(batch_.lines[i], error);
    else if (flag_at(jobs[i], "conflict"))
      ++conflicts_;
    else
      ++enqueued_;
  }
}

void Feed::refuse(std::int64_t line, const std::string& reason) {
  if (++refused_ <= refusals_told)
    context_.err() << "zzz-jobs: line " << line << ": " << printable(reason) << '\n';
}

void Feed::show_progress() {
  if (!context_.host().shows_errors())
    return;
  const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start_;
  const auto rate = static_cast<double>(enqueued_) / std::max(elapsed.count(), 0.001);
  context_.err() << "\r\x1b[K" << counted(enqueued_, "job") << " enqueued, "
                 << grouped(static_cast<std::int64_t>(rate)) << "/s" << std::flush;
}

/// Lets somebody go on with the lines that were not enqueued.
std::string Feed::interrupted(const char* reason, bool in_doubt) const {
  return std::string{reason} + "; " + counted(enqueued_, "job") + " enqueued before, lines "
    + std::to_string(batch_.lines.front()) + " to " + std::to_string(batch_.lines.back())
    + (in_doubt ? " perhaps" : " not");
}

int Feed::finish() {
  if (context_.host().shows_errors())
    context_.err() << "\r\x1b[K";
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
