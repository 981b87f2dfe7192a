#pragma once

#include <zzz_jobs/config/node/load.hpp>

#include "support/temp_folder.hpp"

#include <fstream>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace zzz_jobs::node::tests {

/// A node's file in a folder of its own, which goes with the last copy.
class NodeFile {
public:
  explicit NodeFile(const std::string& text) { write("node.toml", text); }
  std::filesystem::path write(const std::string& name, const std::string& text) const {
    std::ofstream{folder_->path() / name, std::ios::binary} << text;
    return folder_->path() / name;
  }
  [[nodiscard]] std::filesystem::path path() const { return folder_->path() / "node.toml"; }
  [[nodiscard]] std::filesystem::path folder() const { return folder_->path(); }
  [[nodiscard]] LoadedConfig load(const std::map<std::string, std::string>& environment = {},
                                  const std::vector<std::string>& flags = {}) const {
    return load_node_config({.file = path(), .environment = environment, .flags = flags});
  }

private:
  std::shared_ptr<support::TempFolder> folder_ = std::make_shared<support::TempFolder>();
};

/// Each problem as "LINE: KEY: RULE ...", of variables and flags with their name.
inline std::vector<std::string> complaints(const LoadedConfig& loaded, bool warnings = false) {
  std::vector<std::string> texts;
  for (auto problem : loaded.problems) {
    if (problem.warning != warnings)
      continue;
    if (problem.origin.source == Origin::Source::file)
      problem.origin.name = "file";
    texts.push_back(text_of(problem));
  }
  return texts;
}

inline std::vector<std::string> complaints(const std::string& text) {
  return complaints(NodeFile{text}.load());
}

} // namespace zzz_jobs::node::tests
