#include "cluster/ledger.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <fstream>
#include <iterator>
#include <sstream>
#include <stdexcept>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

namespace zzz_jobs::cluster {

namespace {

constexpr std::size_t line_bytes_max = 4096; // so much a file takes in one piece

constexpr std::array<std::string_view, 16> names{
  "ready",  "acknowledged", "conflict", "doubt", "started", "ended",  "completed", "refused",
  "killed", "suspended",    "resumed",  "left",  "cut",     "joined", "crashed",   "fired"};

Kind kind_named(std::string_view name) {
  for (std::size_t i = 0; i < names.size(); ++i)
    if (names[i] == name)
      return static_cast<Kind>(i);
  throw std::runtime_error("no such kind of entry");
}

template <class Number>
Number number(std::string_view text) {
  Number value = 0;
  const auto end = text.data() + text.size();
  const auto result = std::from_chars(text.data(), end, value);
  if (result.ec != std::errc{} || result.ptr != end)
    throw std::runtime_error("no number");
  return value;
}

void set_field(Entry& entry, std::string_view key, std::string_view value) {
  if (key == "job")
    entry.job = number<std::int64_t>(value);
  else if (key == "attempt")
    entry.attempt = number<std::int32_t>(value);
  else if (key == "payload")
    entry.payload = value;
  else if (key == "how")
    entry.how = value;
  else if (key == "pid")
    entry.pid = number<pid_t>(value);
  else if (key == "time")
    entry.time_us = number<std::int64_t>(value);
  else
    throw std::runtime_error("no such field");
}

Entry parse(std::string_view line) {
  Entry entry;
  bool first = true;
  while (!line.empty()) {
    const auto word = line.substr(0, line.find(' '));
    line.remove_prefix(std::min(line.size(), word.size() + 1));
    const auto equals = word.find('=');
    if (std::exchange(first, false))
      entry.kind = kind_named(word);
    else if (equals == std::string_view::npos)
      throw std::runtime_error("no value");
    else
      set_field(entry, word.substr(0, equals), word.substr(equals + 1));
  }
  if (entry.time_us == 0) // the last field: the line is whole
    throw std::runtime_error("no time");
  return entry;
}

} // namespace

std::string_view to_string(Kind kind) noexcept {
  return names[static_cast<std::size_t>(kind)];
}

std::string to_line(const Entry& entry) {
  std::ostringstream line;
  line << to_string(entry.kind);
  if (entry.job != 0)
    line << " job=" << entry.job;
  if (entry.attempt != 0)
    line << " attempt=" << entry.attempt;
  if (!entry.payload.empty())
    line << " payload=" << entry.payload;
  if (!entry.how.empty())
    line << " how=" << entry.how;
  line << " pid=" << entry.pid << " time=" << entry.time_us;
  return std::move(line).str();
}

Entry parse_line(std::string_view line) {
  try {
    return parse(line);
  } catch (const std::runtime_error& error) {
    throw std::runtime_error("ledger: " + std::string{error.what()} + ": " + std::string{line});
  }
}

std::int64_t now_us() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::microseconds>(now).count();
}

Ledger::Ledger(const std::filesystem::path& file)
  : descriptor_(open(file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600)) {
  if (descriptor_ < 0)
    throw std::system_error(errno, std::generic_category(), file.string());
}

Ledger::~Ledger() {
  close(descriptor_);
}

void Ledger::write(Entry entry) {
  entry.time_us = now_us();
  if (entry.pid == 0)
    entry.pid = getpid();
  const auto line = to_line(entry) + "\n";
  if (line.size() > line_bytes_max)
    throw std::runtime_error("ledger: the line is too long: " + line);
  if (::write(descriptor_, line.data(), line.size()) != static_cast<ssize_t>(line.size()))
    throw std::system_error(errno, std::generic_category(), "ledger");
}

const std::vector<Entry>& LedgerReader::read() {
  std::ifstream in{file_, std::ios::binary};
  in.seekg(read_bytes_);
  std::string text{std::istreambuf_iterator<char>{in}, {}};
  read_bytes_ += static_cast<std::streamoff>(text.size());
  text.insert(0, rest_);
  std::size_t begin = 0;
  for (auto end = text.find('\n'); end != std::string::npos; end = text.find('\n', begin)) {
    entries_.push_back(parse_line(std::string_view{text}.substr(begin, end - begin)));
    begin = end + 1;
  }
  rest_ = text.substr(begin);
  return entries_;
}

} // namespace zzz_jobs::cluster
