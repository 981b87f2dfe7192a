#include "cluster/arguments.hpp"

#include <stdexcept>

namespace zzz_jobs::cluster {

Arguments::Arguments(int count, char** words, const std::set<std::string>& values,
                     const std::set<std::string>& flags) {
  for (int i = 1; i < count; ++i) {
    const std::string word = words[i];
    if (flags.contains(word))
      given_[word] = "";
    else if (values.contains(word) && i + 1 < count)
      given_[word] = words[++i];
    else
      throw std::runtime_error("no such option, or its value is missing: " + word);
  }
}

const std::string& Arguments::text(const std::string& name) const {
  const auto found = given_.find(name);
  if (found == given_.end())
    throw std::runtime_error("missing: " + name);
  return found->second;
}

int Arguments::number(const std::string& name, int otherwise) const {
  return has(name) ? std::stoi(text(name)) : otherwise;
}

} // namespace zzz_jobs::cluster
