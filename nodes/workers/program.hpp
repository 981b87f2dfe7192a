#pragma once

#include <zzz_jobs/config/errc.hpp>
#include <zzz_jobs/config/node/node_config.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace zzz_jobs::node {

/// What a command worker executes: looked up and checked once, when it is made.
struct Program {
  std::string path{};                     ///< of the file, absolute
  std::vector<std::string> arguments{};   ///< the first one is the name it is called by
  std::vector<std::string> environment{}; ///< "NAME=VALUE"; the facts of a job come on top
  std::string directory{};                ///< absolute; empty: the node's own
  std::optional<std::uint64_t> memory_bytes_max{};
  std::optional<std::chrono::seconds> cpu_max{};
};

/// `worker "thumbnail": command: program "thumb" is not there`, and its parts.
class SectionError : public Error {
public:
  SectionError(const std::string& worker, std::string key, std::string rule)
    : Error(errc::invalid_argument, "worker \"" + worker + "\": " + key + ": " + rule),
      key_(std::move(key)), rule_(std::move(rule)) {}
  /// Of the section, such as "command".
  [[nodiscard]] const std::string& key() const noexcept { return key_; }
  /// What the key breaks, and how.
  [[nodiscard]] const std::string& rule() const noexcept { return rule_; }

private:
  std::string key_;
  std::string rule_;
};

/// What the section says, with `node_environment` ("NAME=VALUE") below its own. What
/// is the node's own business stays there: ZZZ_JOBS_* (it may hold secrets), what the
/// section withholds, and what systemd tells a service.
/// @throws SectionError if something could not be executed; says never the arguments.
[[nodiscard]] Program program_of(const CommandSection& section,
                                 const std::vector<std::string>& node_environment);

/// The environment of this process.
[[nodiscard]] std::vector<std::string> own_environment();

} // namespace zzz_jobs::node
