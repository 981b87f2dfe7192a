#pragma once

#include <cstdint>
#include <string>

namespace zzz_jobs::node {

/// Who set a value.
struct Origin {
  enum class Source : std::uint8_t {
    standard,    ///< nobody: it is the default
    file,        ///< a line of the node's file
    environment, ///< a variable
    flag,        ///< of the command line
  };
  Source source = Source::standard;
  std::string name{}; ///< the file's path, the variable's name, the flag's key
  int line = 0;       ///< of the file, from 1; 0: not known

  bool operator==(const Origin&) const = default;
};

/// "default", "zzz-jobs.toml:12", "ZZZ_JOBS_HTTP_LISTEN", "flag http.listen".
[[nodiscard]] std::string text_of(const Origin& origin);

/// Something that is wrong, or (a warning) hardly meant, in a configuration.
struct ConfigProblem {
  Origin origin{};       ///< standard: something that nobody has set
  std::string key{};     ///< such as "queue.mail.concurrency"; empty: the whole file
  std::string rule{};    ///< "must be 1 to 10,000, got 0"; never a secret
  std::string nearest{}; ///< the valid name that may be meant; empty: none is near
  bool warning = false;  ///< a node runs all the same
  /// Not of the configuration but of this machine, which lacks what it names.
  bool of_machine = false;
};

/// `zzz-jobs.toml:12: queue.mail.concurrency: must be 1 to 10,000, got 0`, with the
/// nearest name as `; did you mean "concurrency"?`. That it is a warning, the caller says.
[[nodiscard]] std::string text_of(const ConfigProblem& problem);

} // namespace zzz_jobs::node
