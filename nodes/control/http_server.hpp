#pragma once

#include <zzz_jobs/nodes/control/api.hpp>

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>

namespace zzz_jobs::node {

struct HttpServerSetting {
  std::string listen = "127.0.0.1:0";  ///< "ADDRESS:PORT"; port 0 picks one
  std::string token{};                 ///< needed by the API; empty: the API is not offered
  std::filesystem::path certificate{}; ///< with key: TLS
  std::filesystem::path key{};
  /// What /metrics answers, in Prometheus' text format; empty: nothing. Any thread.
  std::function<std::string()> metrics{};
  std::size_t body_bytes_max = 16 * 1024 * 1024;
  std::size_t connections_max = 64;
  std::chrono::milliseconds idle_max{15'000};    ///< a connection without a request ends
  std::chrono::milliseconds request_max{30'000}; ///< from a request's first byte to its last
  std::chrono::milliseconds answer_max{30'000};  ///< to write an answer
};

/// /livez, /readyz, /metrics and the API over HTTP; see docs/http-api.md.
class HttpServer {
public:
  /// Serves when it returns, on threads of its own; `api` outlives it. From now on a
  /// write to a closed socket is an error in this process, no signal (SIGPIPE).
  /// @throws Error(invalid_argument) for an address that is not loopback without token
  /// and without TLS, and for files that cannot be used; Error(unavailable) where the
  /// address cannot be listened on.
  HttpServer(HttpServerSetting setting, ApiChannel& api);
  /// Answers what was asked.
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  /// "ADDRESS:PORT", with the port that was picked.
  [[nodiscard]] const std::string& address() const noexcept;

private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

} // namespace zzz_jobs::node
