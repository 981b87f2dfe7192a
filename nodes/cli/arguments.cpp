#include <zzz_jobs/nodes/cli/arguments.hpp>

#include <zzz_jobs/nodes/cli/cli.hpp>

#include <charconv>

namespace zzz_jobs::node::cli {

void Arguments::add(const std::string& name, std::string value) {
  values_[name].push_back(std::move(value));
}

bool Arguments::has(const std::string& name) const {
  return values_.contains(name);
}

std::optional<std::string> Arguments::find(const std::string& name) const {
  const auto found = values_.find(name);
  if (found == values_.end())
    return std::nullopt;
  return found->second.back();
}

std::string Arguments::text(const std::string& name) const {
  return find(name).value_or(std::string{});
}

const std::vector<std::string>& Arguments::all(const std::string& name) const {
  static const std::vector<std::string> none;
  const auto found = values_.find(name);
  return found == values_.end() ? none : found->second;
}

std::optional<std::int64_t> Arguments::number(const std::string& name, std::int64_t min,
                                              std::int64_t max) const {
  const auto given = find(name);
  if (!given)
    return std::nullopt;
  return parse_number(name, *given, min, max);
}

std::optional<std::chrono::seconds> Arguments::duration(const std::string& name) const {
  const auto given = find(name);
  if (!given)
    return std::nullopt;
  const auto duration = parse_duration(*given);
  if (!duration)
    throw Failure(exit_usage,
                  name + " must be a duration such as 90, 30s, 5m, 1h30m or 2d, got \"" + *given
                    + "\"");
  return duration;
}

std::optional<UnixTime> Arguments::time(const std::string& name) const {
  const auto given = find(name);
  if (!given)
    return std::nullopt;
  const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  const auto time = parse_time(*given, now);
  if (!time)
    throw Failure(exit_usage,
                  name
                    + " must be a time such as \"2026-11-24 13:40\", \"13:40\","
                      " \"2026-11-24T13:40:02Z\" or @1764000000, got \""
                    + *given + "\"");
  return time;
}

std::int64_t parse_number(const std::string& name, const std::string& text, std::int64_t min,
                          std::int64_t max) {
  std::int64_t number = 0;
  const auto* end = text.data() + text.size();
  const auto [stop, failure] = std::from_chars(text.data(), end, number);
  if (failure != std::errc{} || stop != end || number < min || number > max)
    throw Failure(exit_usage,
                  name + " must be a whole number of " + std::to_string(min) + " to "
                    + std::to_string(max) + ", got \"" + text + "\"");
  return number;
}

} // namespace zzz_jobs::node::cli
