#pragma once

#include <map>
#include <set>
#include <string>

namespace zzz_jobs::cluster {

/// A command line of `--name value` pairs and `--flags`.
class Arguments {
public:
  /// @throws std::runtime_error for what is in neither set.
  Arguments(int count, char** words, const std::set<std::string>& values,
            const std::set<std::string>& flags);

  [[nodiscard]] bool has(const std::string& name) const { return given_.contains(name); }
  /// @throws std::runtime_error if it is not there.
  [[nodiscard]] const std::string& text(const std::string& name) const;
  [[nodiscard]] int number(const std::string& name, int otherwise) const;

private:
  std::map<std::string, std::string> given_{};
};

} // namespace zzz_jobs::cluster
