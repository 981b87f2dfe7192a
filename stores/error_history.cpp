#include <zzz_jobs/stores/error_history.hpp>

#include <nlohmann/json.hpp>

namespace zzz_jobs {
namespace {

using Json = nlohmann::ordered_json; // keeps attempt, at, error in this order

std::string dumped(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

bool is_continuation(char byte) {
  return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80U;
}

/// `text`, or as much of its head as fits beside the mark of what is missing;
/// never ends inside a UTF-8 sequence.
std::string shortened(std::string_view text, std::size_t bytes_max) {
  if (text.size() <= bytes_max)
    return std::string{text};
  const auto mark = [&](std::size_t kept) {
    return " [" + std::to_string(text.size() - kept) + " bytes missing]";
  };
  const auto mark_bytes = mark(0).size();
  auto kept = bytes_max > mark_bytes ? bytes_max - mark_bytes : 0;
  // Four bytes are the longest sequence; what is longer is no UTF-8 anyhow.
  for (int step = 0; step < 3 && kept > 0 && is_continuation(text[kept]); ++step)
    --kept;
  return std::string{text.substr(0, kept)} + mark(kept);
}

Json entry(std::int32_t attempt, UnixTime at, std::string_view text, std::size_t bytes_max) {
  return {{"attempt", attempt},
          {"at", at.time_since_epoch().count()},
          {"error", shortened(text, bytes_max)}};
}

/// The entries of a column. A foreign writer's text, which is no JSON array,
/// becomes an entry of attempt 0.
Json entries_of(std::string_view history, const Limits& limits) {
  if (history.empty())
    return Json::array();
  auto entries = Json::parse(history, nullptr, false);
  if (entries.is_array())
    return entries;
  return Json::array({entry(0, UnixTime{}, history, limits.error_text_bytes_max)});
}

/// `last` as JSON of at most `bytes_max`: escapes make a text up to six times
/// longer, so it is shortened until it fits.
std::string fitted(std::int32_t attempt, UnixTime at, std::string_view text, const Limits& limits,
                   std::size_t bytes_max) {
  auto text_bytes_max = limits.error_text_bytes_max;
  auto json = dumped(entry(attempt, at, text, text_bytes_max));
  while (json.size() > bytes_max && text_bytes_max > 0) {
    text_bytes_max /= 2;
    json = dumped(entry(attempt, at, text, text_bytes_max));
  }
  return json;
}

} // namespace

std::string with_error(std::string_view history, std::int32_t attempt, UnixTime at,
                       std::string_view text, const Limits& limits) {
  constexpr std::size_t brackets = 2;
  const auto room = limits.errors_bytes_max > brackets ? limits.errors_bytes_max - brackets : 0;
  std::string joined = fitted(attempt, at, text, limits, room);
  const auto older = entries_of(history, limits);
  std::size_t count = 1;
  for (auto it = older.rbegin(); it != older.rend() && count < limits.errors_count_max; ++it) {
    const auto json = dumped(*it);
    if (json.size() + 1 + joined.size() > room)
      break;
    joined = json + "," + joined;
    ++count;
  }
  return "[" + joined + "]";
}

} // namespace zzz_jobs
