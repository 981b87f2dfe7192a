#pragma once

#include <chrono>
#include <string>
#include <utility>
#include <vector>

namespace zzz_jobs::detail::pg {

struct ConnectionWish {
  std::string url{};         ///< a connection string or URI, as the user wrote it
  std::string application{}; ///< for pg_stat_activity
  std::chrono::seconds timeout{5};
};

/// A connection's settings: the user's, completed by what keeps a dead peer from
/// holding us up and a read-only server from being used.
class ConnectionSettings {
public:
  explicit ConnectionSettings(std::vector<std::pair<std::string, std::string>> pairs)
    : pairs_(std::move(pairs)) {}

  // For libpq, each with a null at the end; valid while this lives.
  [[nodiscard]] std::vector<const char*> keywords() const;
  [[nodiscard]] std::vector<const char*> values() const;
  /// For libpqxx: `host='...' port='...'`, quoted.
  [[nodiscard]] std::string as_string() const;

private:
  std::vector<std::pair<std::string, std::string>> pairs_;
};

/// @throws Error(invalid_argument) if the url cannot be read.
[[nodiscard]] ConnectionSettings connection_settings(const ConnectionWish& wish);

} // namespace zzz_jobs::detail::pg
