#pragma once

#include <zzz_jobs/config/errc.hpp>
#include <zzz_jobs/nodes/cli/arguments.hpp>
#include <zzz_jobs/nodes/cli/cli.hpp>
#include <zzz_jobs/nodes/cli/style.hpp>

#include <nlohmann/json_fwd.hpp>

#include <memory>
#include <string>
#include <string_view>

namespace zzz_jobs::node::cli {

/// What a verb works with: its arguments, where it writes, and whom it asks.
class Context {
public:
  Context(Host& host, Arguments arguments);

  [[nodiscard]] const Arguments& arguments() const noexcept { return arguments_; }
  [[nodiscard]] Host& host() noexcept { return host_; }
  [[nodiscard]] std::ostream& out() { return host_.out(); }
  [[nodiscard]] std::ostream& err() { return host_.err(); }

  [[nodiscard]] bool wants_json() const { return arguments_.has("--json"); }
  /// Colours for `out`: on a terminal, unless NO_COLOR or --no-color is set.
  [[nodiscard]] Style style();

  /// Whom the flags and the environment name.
  /// @throws Failure(exit_usage) if they name several.
  [[nodiscard]] Target target();

  /// What is asked from now on is about the node itself. Where none answers, its
  /// database is not asked instead, but for one that --store-url names.
  void ask_node_alone() noexcept { node_alone_ = true; }

  /// Asks the target, which is opened at the first call.
  /// @throws Failure with the status that the answer's error code stands for.
  nlohmann::json ask(const ApiRequest& request);
  /// The same; an empty object where there is nothing (404).
  nlohmann::json ask_if_there(const ApiRequest& request);
  /// The same with an answer that may be an error.
  ApiAnswer call(const ApiRequest& request);

  void print_json(const nlohmann::json& answer);
  /// What was done: for programs the answer, for people the line.
  void tell(const nlohmann::json& answer, std::string_view line);

private:
  Host& host_;
  Arguments arguments_;
  bool node_alone_ = false;
  std::unique_ptr<ApiChannel> channel_{};
};

/// The exit status of a program that met this error.
[[nodiscard]] int exit_code_of(errc code) noexcept;

/// What an answer of 400 and above means to a program.
[[nodiscard]] Failure failure_of(const ApiAnswer& answer);

} // namespace zzz_jobs::node::cli
