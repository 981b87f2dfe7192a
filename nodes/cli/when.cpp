#include <zzz_jobs/nodes/cli/when.hpp>

#include <algorithm>
#include <array>
#include <ctime>

namespace zzz_jobs::node::cli {

std::string local_time(UnixTime time) {
  const auto seconds = static_cast<std::time_t>(time.time_since_epoch().count());
  std::tm parts{};
  if (localtime_r(&seconds, &parts) == nullptr)
    return "@" + std::to_string(seconds);
  std::array<char, 64> text{};
  const auto size = std::strftime(text.data(), text.size(), "%Y-%m-%d %H:%M:%S", &parts);
  return {text.data(), size};
}

std::string duration_text(std::chrono::seconds duration) {
  const auto total = std::max<std::int64_t>(duration.count(), 0);
  const auto two = [](std::int64_t big, char big_unit, std::int64_t small, char small_unit) {
    auto text = std::to_string(big) + big_unit;
    if (small > 0)
      text += " " + std::to_string(small) + small_unit;
    return text;
  };
  if (total < 60)
    return std::to_string(total) + "s";
  if (total < 3600)
    return std::to_string(total / 60) + "m";
  if (total < 86'400)
    return two(total / 3600, 'h', total % 3600 / 60, 'm');
  return two(total / 86'400, 'd', total % 86'400 / 3600, 'h');
}

std::string age(UnixTime time, UnixTime now) {
  if (time == now)
    return "now";
  return time < now ? duration_text(now - time) + " ago" : "in " + duration_text(time - now);
}

std::string time_and_age(UnixTime time, UnixTime now) {
  return local_time(time) + " (" + age(time, now) + ")";
}

UnixTime current_time() {
  return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
}

std::string grouped(std::int64_t number) {
  auto text = std::to_string(number);
  const auto first = number < 0 ? 1 : 0;
  for (auto at = static_cast<std::int64_t>(text.size()) - 3; at > first; at -= 3)
    text.insert(static_cast<std::size_t>(at), 1, ',');
  return text;
}

std::string counted(std::int64_t number, const std::string& noun) {
  return grouped(number) + " " + noun + (number == 1 ? "" : "s");
}

} // namespace zzz_jobs::node::cli
