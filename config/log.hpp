#pragma once

#include <cstdint>
#include <functional>
#include <string_view>

namespace zzz_jobs {

enum class LogLevel : std::uint8_t { info, warning, error };

/// Receives one event: `line` is `name key=value ...`, such as
/// `handler_ignored_stop queue=mail job=42 attempt=3`; never a job's args.
/// Called from any thread; must not throw or block for long.
using LogSink = std::function<void(LogLevel level, std::string_view line)>;

/// Writes warnings and errors as `2026-11-24T06:35:50Z zzz_jobs warning LINE`.
void log_to_stderr(LogLevel level, std::string_view line);

/// Drops everything.
inline void log_nothing(LogLevel, std::string_view) {}

} // namespace zzz_jobs
