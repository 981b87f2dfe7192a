#pragma once

#include <zzz_jobs/config/clock.hpp>

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace zzz_jobs::node::cli {

/// Why a verb ends: `what()` is for people, `code` is the exit status, `name` what the
/// node or the store calls the error, where one of them said so.
class Failure : public std::exception {
public:
  Failure(int code, std::string text, std::string name = {})
    : code_(code), text_(std::move(text)), name_(std::move(name)) {}
  [[nodiscard]] int code() const noexcept { return code_; }
  [[nodiscard]] const std::string& name() const noexcept { return name_; }
  [[nodiscard]] const char* what() const noexcept override { return text_.c_str(); }

private:
  int code_;
  std::string text_;
  std::string name_;
};

/// The values of a command line by their parameter's name ("--queue", "ID"). The
/// functions that read a number, a time or a duration throw Failure(exit_usage)
/// naming the parameter and the rule.
class Arguments {
public:
  void add(const std::string& name, std::string value);

  [[nodiscard]] bool has(const std::string& name) const;
  /// The last one; none if it was not given.
  [[nodiscard]] std::optional<std::string> find(const std::string& name) const;
  /// The last one; empty if it was not given.
  [[nodiscard]] std::string text(const std::string& name) const;
  [[nodiscard]] const std::vector<std::string>& all(const std::string& name) const;

  [[nodiscard]] std::optional<std::int64_t> number(const std::string& name, std::int64_t min,
                                                   std::int64_t max) const;
  /// "90", "30s", "5m", "1h30m", "2d"; whole seconds.
  [[nodiscard]] std::optional<std::chrono::seconds> duration(const std::string& name) const;
  /// "2026-11-24 13:40[:02]" on the local clock, the same with a "T", "Z" or
  /// "+01:00", "13:40" today, or "@1764000000".
  [[nodiscard]] std::optional<UnixTime> time(const std::string& name) const;

private:
  std::map<std::string, std::vector<std::string>> values_{};
};

/// A text as a number of jobs, of seconds, ...; `name` is for the error.
[[nodiscard]] std::int64_t parse_number(const std::string& name, const std::string& text,
                                        std::int64_t min, std::int64_t max);
/// None where the text is not a duration of less than 100 years.
[[nodiscard]] std::optional<std::chrono::seconds> parse_duration(const std::string& text);
/// None where the text is not a time. `now` tells which day it is.
[[nodiscard]] std::optional<UnixTime> parse_time(const std::string& text, UnixTime now);

} // namespace zzz_jobs::node::cli
