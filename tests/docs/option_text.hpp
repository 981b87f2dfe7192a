#pragma once

// How docs/configuration.md writes values, and how its tables are read.

#include <zzz_jobs/zzz_jobs.hpp>

#include <array>
#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace docs {

/// 1048576 -> 1,048,576
inline std::string number(std::int64_t value) {
  auto digits = std::to_string(value);
  for (auto at = static_cast<std::ptrdiff_t>(digits.size()) - 3; at > (value < 0 ? 1 : 0); at -= 3)
    digits.insert(static_cast<std::size_t>(at), ",");
  return digits;
}

/// In the largest unit that leaves no rest.
inline std::string time(std::chrono::milliseconds value) {
  using namespace std::chrono_literals;
  if (value == 0ms)
    return "0 s";
  for (const auto& [unit, name] : std::array<std::pair<std::chrono::milliseconds, const char*>, 4>{
         {{24h, "d"}, {1h, "h"}, {1min, "min"}, {1s, "s"}}})
    if (value % unit == 0ms)
      return number(value / unit) + " " + name;
  return number(value.count()) + " ms";
}

inline std::string text(const std::string& value) {
  return value.empty() ? "none" : "\"" + value + "\"";
}
inline std::string text(const std::filesystem::path& value) {
  return text(value.string());
}

inline std::string text(bool value) {
  return value ? "true" : "false";
}

template <class T>
  requires std::is_integral_v<T> std::string text(T value) {
    return number(static_cast<std::int64_t>(value));
  }

template <class Rep, class Period>
std::string text(std::chrono::duration<Rep, Period> value) {
  return time(value);
}

inline std::string text(zzz_jobs::UnixTime value) {
  return number(value.time_since_epoch().count());
}

inline std::string text(zzz_jobs::UniqueStrategy value) {
  return value == zzz_jobs::UniqueStrategy::ignore_new ? "ignore_new" : "cancel_existing";
}
inline std::string text(zzz_jobs::UnknownWorkers value) {
  return value == zzz_jobs::UnknownWorkers::leave ? "leave" : "discard";
}
inline std::string text(zzz_jobs::RunMode value) {
  return value == zzz_jobs::RunMode::actors ? "actors" : "another";
}
inline std::string text(zzz_jobs::MissedTicks value) {
  return value == zzz_jobs::MissedTicks::latest ? "latest" : "another";
}
inline std::string text(zzz_jobs::Durability value) {
  return value == zzz_jobs::Durability::full ? "full" : "normal";
}

template <class T>
std::string text(const std::optional<T>& value) {
  return value ? text(*value) : "none";
}

template <class T>
std::string text(const std::vector<T>& value) {
  return value.empty() ? "none" : "some";
}

inline std::string text(const zzz_jobs::Handler& value) {
  return value ? "some" : "none";
}

/// The address of a function is all that can be seen of it.
inline std::string text(const zzz_jobs::LogSink& value) {
  using Function = void (*)(zzz_jobs::LogLevel, std::string_view);
  const auto* target = value.target<Function>();
  return target != nullptr && *target == &zzz_jobs::log_to_stderr ? "log_to_stderr" : "another";
}

inline std::string text(const std::shared_ptr<const zzz_jobs::Clock>& value) {
  if (value == nullptr)
    return "none";
  return value == zzz_jobs::system_clock() ? "system_clock()" : "another";
}

// Types with a table of their own.
inline std::string text(const zzz_jobs::Limits&) {
  return "Limits{}";
}
inline std::string text(const zzz_jobs::Retention&) {
  return "Retention{}";
}
inline std::string text(const zzz_jobs::PrunePolicy&) {
  return "PrunePolicy{}";
}
inline std::string text(const zzz_jobs::JobOpts&) {
  return "JobOpts{}";
}
inline std::string text(const zzz_jobs::RetryStrategy&) {
  return "RetryStrategy{}";
}

/// `queue "q": concurrency must be 1..10000, got 0` -> {queue concurrency, 1 to 10,000}
inline std::pair<std::string, std::string> range_in(const std::string& problem) {
  const std::string queue = "queue \"q\": ";
  const bool of_queue = problem.starts_with(queue);
  const auto begin = of_queue ? queue.size() : 0;
  const std::string verb = " must be ";
  const auto middle = problem.find(verb);
  const auto dots = problem.find("..", middle);
  const auto end = problem.find(", got", dots);
  const auto value = [](const std::string& written) {
    const auto amount = std::stoll(written);
    return written.ends_with(" ms") ? time(std::chrono::milliseconds{amount}) : number(amount);
  };
  const auto low = middle + verb.size();
  return {(of_queue ? "queue " : "") + problem.substr(begin, middle - begin),
          value(problem.substr(low, dots - low)) + " to "
            + value(problem.substr(dots + 2, end - dots - 2))};
}

/// `store: lease in seconds must be 1..3600, got 0` -> {lease, 1 s to 1 h}
inline std::pair<std::string, std::string> store_range_in(const std::string& problem) {
  const std::string prefix = "store: ";
  const std::string verb = " must be ";
  const auto unit = problem.find(" in ");
  const auto low = problem.find(verb) + verb.size();
  const auto high = problem.find("..", low) + 2;
  const auto in_ms =
    std::chrono::milliseconds{problem.find("milli") == std::string::npos ? 1000 : 1};
  return {problem.substr(prefix.size(), unit - prefix.size()),
          time(in_ms * std::stoll(problem.substr(low))) + " to "
            + time(in_ms * std::stoll(problem.substr(high)))};
}

inline std::string without_ticks(std::string cell) {
  std::erase(cell, '`');
  return cell;
}

/// The cells of a table's row, without the spaces around.
inline std::vector<std::string> cells_of(const std::string& line) {
  std::vector<std::string> cells;
  for (auto begin = line.find('|'); begin != std::string::npos;) {
    const auto end = line.find('|', begin + 1);
    if (end == std::string::npos)
      break;
    const auto first = line.find_first_not_of(' ', begin + 1);
    const auto last = line.find_last_not_of(' ', end - 1);
    cells.push_back(first < end ? line.substr(first, last - first + 1) : "");
    begin = end;
  }
  return cells;
}

} // namespace docs
