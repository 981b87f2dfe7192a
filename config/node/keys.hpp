#pragma once

#include <string>
#include <vector>

namespace zzz_jobs::node {

// What may be in a node's file, for pages and for completion.

struct KeyFacts {
  std::string name{};
  std::string type{};     ///< text, path, number, duration in s, a or b, ...
  std::string range{};    ///< "1 to 10,000"; empty: none, or said by the type
  std::string standard{}; ///< the default as TOML writes it; empty: none
  bool required = false;
  bool secret = false; ///< never shown
};

struct SectionFacts {
  std::string name{};
  bool many = false; ///< [[name]], any number of them
  std::vector<KeyFacts> keys{};
};

/// Every section with its keys, in the order of the page.
[[nodiscard]] std::vector<SectionFacts> node_file_keys();

} // namespace zzz_jobs::node
