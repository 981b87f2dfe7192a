#include <zzz_jobs/config/node/units.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <utility>

namespace zzz_jobs::node {
namespace {

using std::chrono::milliseconds;
using namespace std::chrono_literals;

template <class T>
struct Unit {
  std::string_view name;
  T worth;
};

constexpr std::array<Unit<std::int64_t>, 6> time_units{
  {{"d", 86'400'000}, {"h", 3'600'000}, {"m", 60'000}, {"min", 60'000}, {"s", 1000}, {"ms", 1}}};
constexpr std::int64_t duration_ms_max = std::int64_t{86'400'000} * 365 * 10'000;

constexpr std::uint64_t kib = 1024;
constexpr std::array<Unit<std::uint64_t>, 10> size_units{{{"TiB", kib* kib* kib* kib},
                                                          {"GiB", kib* kib* kib},
                                                          {"MiB", kib* kib},
                                                          {"KiB", kib},
                                                          {"B", 1},
                                                          {"", 1},
                                                          {"TB", 1'000'000'000'000},
                                                          {"GB", 1'000'000'000},
                                                          {"MB", 1'000'000},
                                                          {"kB", 1000}}};

/// A whole number that `text` starts with, which is then without it.
std::optional<std::uint64_t> take_number(std::string_view& text) {
  std::uint64_t number = 0;
  const auto* end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc{})
    return {};
  text.remove_prefix(static_cast<std::size_t>(stopped - text.data()));
  return number;
}

std::string_view take_letters(std::string_view& text) {
  const auto size = std::min(text.find_first_of("0123456789"), text.size());
  const auto letters = text.substr(0, size);
  text.remove_prefix(size);
  return letters;
}

template <class T, std::size_t N>
std::optional<T> worth_of(const std::array<Unit<T>, N>& units, std::string_view name) {
  for (const auto& unit : units)
    if (unit.name == name)
      return unit.worth;
  return {};
}

} // namespace

std::optional<milliseconds> parse_duration(std::string_view text) {
  if (text.empty())
    return {};
  std::int64_t sum = 0;
  while (!text.empty()) {
    const auto number = take_number(text);
    const auto worth = worth_of(time_units, take_letters(text));
    if (!number || !worth || *number > static_cast<std::uint64_t>(duration_ms_max / *worth))
      return {};
    sum += static_cast<std::int64_t>(*number) * *worth;
    if (sum > duration_ms_max)
      return {};
  }
  return milliseconds{sum};
}

std::string duration_text(milliseconds duration) {
  if (duration == 0ms)
    return "0s";
  for (const auto& unit : time_units)
    if (unit.name != "min" && duration.count() % unit.worth == 0)
      return std::to_string(duration.count() / unit.worth) + std::string{unit.name};
  return std::to_string(duration.count()) + "ms";
}

std::optional<std::uint64_t> parse_size(std::string_view text) {
  const auto number = take_number(text);
  if (!number)
    return {};
  while (text.starts_with(' '))
    text.remove_prefix(1);
  const auto worth = worth_of(size_units, text);
  constexpr auto bytes_max = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  if (!worth || *number > bytes_max / *worth)
    return {};
  return *number * *worth;
}

std::string size_text(std::uint64_t bytes) {
  for (const auto& unit : size_units)
    if (unit.name == "B" || (bytes != 0 && bytes % unit.worth == 0))
      return std::to_string(bytes / unit.worth) + std::string{unit.name};
  return std::to_string(bytes) + "B";
}

std::string grouped(std::uint64_t number) {
  const auto digits = std::to_string(number);
  std::string text;
  for (std::size_t at = 0; at < digits.size(); ++at) {
    if (at > 0 && (digits.size() - at) % 3 == 0)
      text += ',';
    text += digits[at];
  }
  return text;
}

} // namespace zzz_jobs::node
