#include <zzz_jobs/nodes/workers/control_lines.hpp>

#include <zzz_jobs/config/errc.hpp>
#include <zzz_jobs/nodes/workers/program_text.hpp>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <utility>

namespace zzz_jobs::node {
namespace {

constexpr std::size_t line_bytes_max = 8192;

[[noreturn]] void refuse(const std::string& rule) {
  throw Error(errc::invalid_argument, rule);
}

/// A word and what follows the blanks after it.
std::pair<std::string_view, std::string_view> split(std::string_view line) {
  const auto end = std::min(line.find_first_of(" \t"), line.size());
  const auto rest = std::min(line.find_first_not_of(" \t", end), line.size());
  return {line.substr(0, end), line.substr(rest)};
}

std::int64_t number_of(std::string_view key, std::string_view text) {
  std::int64_t value = 0;
  const auto* const end = text.data() + text.size();
  const auto [stopped, problem] = std::from_chars(text.data(), end, value);
  if (problem != std::errc{} || stopped != end)
    refuse(std::string{key} + " must be a whole number, got \"" + valid_text(text.substr(0, 40))
           + "\"");
  return value;
}

} // namespace

void ControlLines::add(std::string_view bytes) {
  for (auto end = bytes.find('\n'); end != std::string_view::npos; end = bytes.find('\n')) {
    unfinished_ += bytes.substr(0, end);
    bytes.remove_prefix(end + 1);
    take(std::exchange(unfinished_, {}));
  }
  // One byte more than a line may have is enough to refuse it.
  const auto room = line_bytes_max + 1 - std::min(unfinished_.size(), line_bytes_max + 1);
  unfinished_ += bytes.substr(0, room);
}

void ControlLines::end() {
  if (!unfinished_.empty())
    take(std::exchange(unfinished_, {}));
}

void ControlLines::take(std::string_view line) {
  ++line_;
  if (!line.empty() && line.back() == '\r')
    line.remove_suffix(1);
  if (line.empty())
    return;
  try {
    if (line.size() > line_bytes_max)
      refuse("a line must have at most " + std::to_string(line_bytes_max) + " bytes");
    const auto [word, rest] = split(line);
    obey(word, rest);
  } catch (const Error& error) {
    if (problem_.empty())
      problem_ = "descriptor 3, line " + std::to_string(line_) + ": " + error.what();
  }
}

void ControlLines::obey(std::string_view word, std::string_view rest) {
  if (word == "progress")
    say_progress(rest);
  else if (word == "snooze")
    say_snooze(rest);
  else if (word == "cancel")
    context_.cancel(valid_text(rest));
  else if (word == "discard")
    context_.discard(valid_text(rest));
  else
    refuse("must begin with progress, snooze, cancel or discard, got \""
           + valid_text(word.substr(0, 40)) + "\"");
}

void ControlLines::say_progress(std::string_view rest) {
  const auto [number, note] = split(rest);
  const auto percent = number_of("progress", number);
  if (percent < 0 || percent > 100)
    refuse("progress must be 0 to 100, got " + std::to_string(percent));
  context_.progress(static_cast<int>(percent), valid_text(note));
}

void ControlLines::say_snooze(std::string_view rest) {
  const std::chrono::seconds delay{number_of("snooze", rest)};
  context_.snooze(delay); // knows the range
  snooze_ = delay;
}

} // namespace zzz_jobs::node
