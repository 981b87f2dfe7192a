#pragma once

#include <zzz_jobs/config/log.hpp>
#include <zzz_jobs/config/node/node_config.hpp>

#include <memory>

namespace zzz_jobs::node {

/// The node's log, a line an event on standard error. As text
/// `2026-11-24T13:40:02.123Z warning handler_ignored_stop queue=mail job=42`; under
/// systemd without the time, which the journal has, and with its level marks; as
/// JSON `{"time":..., "level":..., "event":"handler_ignored_stop", "queue":"mail", "job":"42"}`.
/// Any thread.
class NodeLog {
public:
  explicit NodeLog(const LogSection& section);
  ~NodeLog();
  NodeLog(const NodeLog&) = delete;
  NodeLog& operator=(const NodeLog&) = delete;

  void write(LogLevel level, std::string_view line) noexcept;
  /// "info", "warning" or "error": what is less important is dropped from now on.
  void set_level(std::string_view level);
  /// For who takes a LogSink; usable as long as the log lives.
  [[nodiscard]] LogSink sink();

private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// `line`, an event's name and `key=value` pairs (a value with spaces stands in
/// quotes), as the members of a JSON object without its braces.
[[nodiscard]] std::string json_members_of(std::string_view line);

} // namespace zzz_jobs::node
