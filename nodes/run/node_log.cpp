#include <zzz_jobs/nodes/run/node_log.hpp>

#include <nlohmann/json.hpp>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <cstdlib>
#include <utility>

namespace zzz_jobs::node {
namespace {

spdlog::level::level_enum spdlog_level(LogLevel level) {
  switch (level) {
    case LogLevel::info: return spdlog::level::info;
    case LogLevel::warning: return spdlog::level::warn;
    case LogLevel::error: return spdlog::level::err;
  }
  return spdlog::level::info;
}

/// The level of the journal: its lines begin with it.
std::string_view journal_mark(LogLevel level) {
  switch (level) {
    case LogLevel::info: return "<6>";
    case LogLevel::warning: return "<4>";
    case LogLevel::error: return "<3>";
  }
  return "<6>";
}

std::string quoted(std::string_view text) {
  using json = nlohmann::json;
  return json(text).dump(-1, ' ', false, json::error_handler_t::replace);
}

/// Takes the value that `rest` begins with: a word, or what stands in quotes up to
/// the last quote that a space or the end follows.
std::string_view take_value(std::string_view& rest) {
  std::size_t end = 0;
  if (!rest.empty() && rest.front() == '"') {
    rest.remove_prefix(1);
    for (end = rest.find('"'); end != std::string_view::npos; end = rest.find('"', end + 1))
      if (end + 1 == rest.size() || rest[end + 1] == ' ')
        break;
    const auto value = rest.substr(0, end);
    rest.remove_prefix(std::min(rest.size(), end == std::string_view::npos ? end : end + 1));
    return value;
  }
  end = rest.find(' ');
  const auto value = rest.substr(0, end);
  rest.remove_prefix(value.size());
  return value;
}

} // namespace

std::string json_members_of(std::string_view line) {
  const auto name_end = line.find(' ');
  std::string members = "\"event\":" + quoted(line.substr(0, name_end));
  auto rest = name_end == std::string_view::npos ? std::string_view{} : line.substr(name_end);
  for (;;) {
    while (!rest.empty() && rest.front() == ' ')
      rest.remove_prefix(1);
    const auto equals = rest.find('=');
    if (equals == std::string_view::npos)
      break;
    const auto key = rest.substr(0, equals);
    rest.remove_prefix(equals + 1);
    members += "," + quoted(key) + ":" + quoted(take_value(rest));
  }
  return members;
}

struct NodeLog::Impl {
  explicit Impl(const LogSection& section)
    : json(section.format == "json"), journal(std::getenv("JOURNAL_STREAM") != nullptr),
      logger("zzz-jobs", std::make_shared<spdlog::sinks::stderr_sink_mt>()) {
    if (json)
      logger.set_pattern(R"({"time":"%Y-%m-%dT%H:%M:%S.%eZ","level":"%l",%v})",
                         spdlog::pattern_time_type::utc);
    else if (journal)
      logger.set_pattern("%v");
    else
      logger.set_pattern("%Y-%m-%dT%H:%M:%S.%eZ %l %v", spdlog::pattern_time_type::utc);
    logger.flush_on(spdlog::level::info);
  }
  bool json;
  bool journal;
  spdlog::logger logger;
};

NodeLog::NodeLog(const LogSection& section) : impl_(std::make_unique<Impl>(section)) {
  set_level(section.level);
}

NodeLog::~NodeLog() = default;

void NodeLog::write(LogLevel level, std::string_view line) noexcept {
  try {
    const auto severity = spdlog_level(level);
    if (!impl_->logger.should_log(severity))
      return;
    if (impl_->json)
      impl_->logger.log(severity, json_members_of(line));
    else if (impl_->journal)
      impl_->logger.log(severity, std::string{journal_mark(level)}.append(line));
    else
      impl_->logger.log(severity, line);
  } catch (...) { // a full disk is no reason to lose a job
  }
}

void NodeLog::set_level(std::string_view level) {
  impl_->logger.set_level(level == "error"       ? spdlog::level::err
                            : level == "warning" ? spdlog::level::warn
                                                 : spdlog::level::info);
}

LogSink NodeLog::sink() {
  return [this](LogLevel level, std::string_view line) { write(level, line); };
}

} // namespace zzz_jobs::node
