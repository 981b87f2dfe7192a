#include <zzz_jobs/config/node/detail/secret_keys.hpp>

#include <zzz_jobs/config/node/detail/text_file.hpp>

#include <algorithm>

namespace zzz_jobs::node::detail {
namespace {

constexpr std::size_t secret_file_bytes_max = 64 * 1024;

Key resolved_key(std::string name, std::string type) {
  return {.facts = {.name = std::move(name), .type = std::move(type)},
          .read = [](const Value&, NodeConfig&, std::size_t) { return Rule{}; },
          .show = [](const NodeConfig&, std::size_t) { return Value{}; }};
}

/// What the file holds, without the end of its last line.
Rule read_from_file(const Value& named, std::string& text) {
  std::filesystem::path path;
  if (auto rule = read_path(named, path); !rule.empty())
    return rule;
  std::string why;
  auto content = read_text_file(path, secret_file_bytes_max, why);
  if (!content)
    return why;
  while (content->ends_with('\n') || content->ends_with('\r'))
    content->pop_back();
  if (content->empty())
    return "names a file that is empty";
  text = std::move(*content);
  return {};
}

bool all_can_read(const std::filesystem::path& file) {
  std::error_code failed;
  const auto status = std::filesystem::status(file, failed);
  return !failed
    && (status.permissions() & std::filesystem::perms::others_read) != std::filesystem::perms::none;
}

/// Whether the text must be kept from others: a URL without a password need not be.
bool is_worth_hiding(const std::string& key, const std::string& text) {
  if (key != "url")
    return true;
  const auto scheme = text.find("://");
  if (scheme == std::string::npos)
    return text.find("password") != std::string::npos;
  const auto authority = text.substr(scheme + 3, text.find('/', scheme + 3) - scheme - 3);
  const auto at = authority.rfind('@');
  return (at != std::string::npos && authority.substr(0, at).find(':') != std::string::npos)
    || text.find("password=") != std::string::npos;
}

Rule read_from_variable(const Value& named, const std::map<std::string, std::string>& environment,
                        std::string& text) {
  std::string name;
  if (auto rule = read_text(named, 255, name); !rule.empty())
    return rule;
  const auto variable = environment.find(name);
  if (variable == environment.end() || variable->second.empty())
    return "names a variable that is not set or is empty" + got(named);
  text = variable->second;
  return {};
}

} // namespace

Key secret_file_key(std::string name) {
  return resolved_key(std::move(name), "path");
}

Key secret_variable_key(std::string name) {
  return resolved_key(std::move(name), "name of a variable");
}

void resolve_secret(Values& values, const std::string& key, const std::string& path,
                    const std::map<std::string, std::string>& environment,
                    std::vector<ConfigProblem>& problems) {
  const auto is_one = [&](const auto& entry) {
    return entry.first == key || entry.first == key + "_file" || entry.first == key + "_env";
  };
  Values given;
  std::ranges::copy_if(values, std::back_inserter(given), is_one);
  if (given.empty())
    return;
  std::ranges::stable_sort(given, [](const auto& left, const auto& right) {
    return left.second.origin.source > right.second.origin.source;
  });
  std::erase_if(values, is_one);
  const auto& name = given.front().first;
  auto& taken = given.front().second;
  const auto complain = [&](const Rule& rule) {
    problems.push_back({.origin = taken.origin, .key = path + "." + name, .rule = rule});
  };
  if (given.size() > 1 && given[1].second.origin.source == taken.origin.source)
    return complain("and " + given[1].first + " exclude each other");
  std::string text;
  if (name == key + "_file") {
    if (const auto rule = read_from_file(taken, text); !rule.empty())
      return complain(rule);
    taken.data = text;
  } else if (name == key + "_env") {
    if (const auto rule = read_from_variable(taken, environment, text); !rule.empty())
      return complain(rule);
    taken.data = text;
  } else if (const auto* plain = taken.get<std::string>(); plain != nullptr
             && taken.origin.source == Origin::Source::file && is_worth_hiding(key, *plain)
             && all_can_read(taken.origin.name)) {
    problems.push_back({.origin = taken.origin,
                        .key = path + "." + key,
                        .rule = "is a secret in a file that every user can read: take that right "
                                "away, or use "
                          + key + "_file or " + key + "_env",
                        .warning = true});
  }
  values.emplace_back(key, std::move(taken));
}

} // namespace zzz_jobs::node::detail
