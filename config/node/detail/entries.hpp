#pragma once

#include <zzz_jobs/config/node/detail/key.hpp>
#include <zzz_jobs/config/node/detail/secret_keys.hpp>

#include <map>
#include <string>
#include <vector>

namespace zzz_jobs::node::detail {

/// One table of the file, or what variables and flags say in the place of one.
struct Entry {
  Values values{};
  Origin origin{};
  std::string label{}; ///< what a variable or flag called the entry that it made
  [[nodiscard]] const Value* find(std::string_view key) const;
  void set(const std::string& key, Value value);
  void unset(const std::string& key);
  /// The text under "name"; empty if there is none.
  [[nodiscard]] std::string name() const;
};

/// The tables of a section; one that can be there once has one entry, even if empty.
struct SectionEntries {
  const Section* section = nullptr;
  std::vector<Entry> entries{};
  bool given = false; ///< the file names it, if only as an empty list

  /// "log", "queue.mail" or, without a name, "queue[2]".
  [[nodiscard]] std::string path_of(std::size_t index) const;
};

/// The file's tables by section; what is no section is a problem. `nearest` names go
/// with it.
[[nodiscard]] std::vector<SectionEntries> entries_of(const Table& root,
                                                     std::vector<ConfigProblem>& problems);

// What comes on top. A variable or flag changes entries that the file has; only of a
// section that the file leaves out can they make new ones.

void apply_environment(const std::map<std::string, std::string>& environment,
                       std::vector<SectionEntries>& sections, std::vector<ConfigProblem>& problems);
void apply_flags(const std::vector<std::string>& flags, std::vector<SectionEntries>& sections,
                 std::vector<ConfigProblem>& problems);

/// Reads all entries into a NodeConfig; fills `origins`.
void read_entries(std::vector<SectionEntries>& sections,
                  const std::map<std::string, std::string>& environment, NodeConfig& config,
                  std::map<std::string, Origin>& origins, std::vector<ConfigProblem>& problems);

/// The path of a key of an entry that has been read: "queue.mail.concurrency".
[[nodiscard]] std::string key_path(const Section& section, const NodeConfig& config,
                                   std::size_t index, const std::string& key);

} // namespace zzz_jobs::node::detail
