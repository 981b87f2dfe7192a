#pragma once

#include <zzz_jobs/nodes/cli/cli.hpp>

#include <deque>
#include <functional>
#include <map>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

namespace zzz_jobs::node::test {

/// Answers as it is told and keeps what it was asked.
class RecordingChannel : public ApiChannel {
public:
  using Answers = std::function<ApiAnswer(const ApiRequest&)>;
  RecordingChannel(std::vector<ApiRequest>& asked, Answers answers)
    : asked_(asked), answers_(std::move(answers)) {}
  ApiAnswer call(const ApiRequest& request) override {
    asked_.push_back(request);
    return answers_(request);
  }

private:
  std::vector<ApiRequest>& asked_;
  Answers answers_;
};

/// A process that verbs run in, with streams that can be read.
class TestHost : public cli::Host {
public:
  std::istringstream input{};
  std::ostringstream output{};
  std::ostringstream errors{};
  std::map<std::string, std::string> variables{};
  std::optional<int> terminal_fd{};
  std::vector<cli::Target> targets{}; ///< channels that were opened
  std::vector<cli::NodeRun> runs{};
  int run_status = 0;
  std::vector<ApiRequest> asked{};
  RecordingChannel::Answers answers = [](const ApiRequest&) { return ApiAnswer{200, "{}"}; };
  std::function<std::unique_ptr<ApiChannel>(const cli::Target&)> open{};

  std::istream& in() override { return input; }
  std::ostream& out() override { return output; }
  std::ostream& err() override { return errors; }
  std::optional<std::string> variable(const std::string& name) override {
    const auto found = variables.find(name);
    return found == variables.end() ? std::nullopt : std::optional{found->second};
  }
  std::map<std::string, std::string> environment() override { return variables; }
  std::optional<int> terminal() override { return terminal_fd; }
  bool shows_errors() override { return terminal_fd.has_value(); }
  std::unique_ptr<ApiChannel> open_channel(const cli::Target& target) override {
    targets.push_back(target);
    if (open)
      return open(target);
    return std::make_unique<RecordingChannel>(asked, answers);
  }
  int run_node(const cli::NodeRun& run) override {
    runs.push_back(run);
    return run_status;
  }

  /// Answers every request with this body.
  void answer(std::string body, int status = 200) {
    answers = [body = std::move(body), status](const ApiRequest&) {
      return ApiAnswer{status, body};
    };
  }
  /// Runs "zzz-jobs" with these words; the streams begin empty.
  int run(const std::vector<std::string>& words) {
    output.str("");
    errors.str("");
    asked.clear();
    std::vector<const char*> argv{"zzz-jobs"};
    for (const auto& word : words)
      argv.push_back(word.c_str());
    return cli::run(static_cast<int>(argv.size()), argv.data(), *this);
  }
  [[nodiscard]] std::string said() const { return output.str(); }
  [[nodiscard]] std::string complained() const { return errors.str(); }
};

} // namespace zzz_jobs::node::test
