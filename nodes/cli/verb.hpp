#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace zzz_jobs::node::cli {

class Context;

/// An option or a positional of a verb. The parser, the help, the manual page and
/// the completion are made from these.
struct Parameter {
  std::string_view name{};    ///< "--queue", or "ID" for a positional
  std::string_view value{};   ///< what the help calls its value; empty: a flag
  std::string_view help{};    ///< one line
  std::string_view choices{}; ///< the only values, with spaces between: "newest oldest"
  bool required = false;
  bool repeated = false;

  [[nodiscard]] bool is_positional() const noexcept { return !name.starts_with("--"); }
  [[nodiscard]] bool is_flag() const noexcept { return !is_positional() && value.empty(); }
};

/// One command of the program.
struct Verb {
  std::string_view name{};    ///< "job list"
  std::string_view summary{}; ///< one line
  std::string_view text{};    ///< what else there is to know; empty: nothing
  std::vector<Parameter> parameters{};
  int (*run)(Context&) = nullptr; ///< says the exit status
};

/// All verbs, in the order of the help.
const std::vector<Verb>& verbs();

/// Options that every verb understands: whom to ask, and how to write.
const std::vector<Parameter>& global_parameters();

/// "job": "Look at jobs and change them"; for the words that are no verbs.
struct VerbGroup {
  std::string_view name{};
  std::string_view summary{};
};
const std::vector<VerbGroup>& verb_groups();

/// The group of "job list" is "job"; empty for "enqueue".
[[nodiscard]] std::string_view group_of(const Verb& verb) noexcept;

// Each file of verbs has one of these.
std::vector<Verb> enqueue_verbs();
std::vector<Verb> job_verbs();
std::vector<Verb> bulk_verbs();
std::vector<Verb> queue_verbs();
std::vector<Verb> why_verbs();
std::vector<Verb> node_verbs();
std::vector<Verb> cron_verbs();
std::vector<Verb> stats_verbs();
std::vector<Verb> health_verbs();
std::vector<Verb> config_verbs();
std::vector<Verb> migrate_verbs();
std::vector<Verb> bench_verbs();
std::vector<Verb> top_verbs();
std::vector<Verb> completion_verbs();
std::vector<Verb> version_verbs();

/// @throws std::logic_error if a verb's group has no summary.
[[nodiscard]] std::string_view summary_of_group(std::string_view name);

} // namespace zzz_jobs::node::cli
