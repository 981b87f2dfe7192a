#include "bench/options.hpp"

#include <stdexcept>

namespace zzz_jobs::bench {

Options parse_options(const std::vector<std::string>& arguments) {
  Options options;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const auto& argument = arguments[i];
    const auto value = [&] {
      if (i + 1 == arguments.size())
        throw std::invalid_argument{argument + " needs a value"};
      return arguments[++i];
    };
    if (argument == "--json")
      options.json = value();
    else if (argument == "--directory")
      options.directory = value();
    else if (argument == "--quick")
      options.quick = true;
    else if (argument == "--help")
      options.help = true;
    else if (argument.starts_with("-"))
      throw std::invalid_argument{"unknown option " + argument};
    else
      options.groups.push_back(argument);
  }
  return options;
}

} // namespace zzz_jobs::bench
