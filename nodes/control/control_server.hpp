#pragma once

#include <zzz_jobs/nodes/control/api.hpp>

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <memory>

namespace zzz_jobs::node {

struct ControlServerSetting {
  std::filesystem::path path{}; ///< its folder exists
  std::size_t body_bytes_max = 16 * 1024 * 1024;
  std::size_t connections_max = 64;
  std::chrono::milliseconds idle_max{300'000};   ///< a connection without a request ends
  std::chrono::milliseconds request_max{10'000}; ///< from a request's first byte to its last
  std::chrono::milliseconds answer_max{30'000};  ///< to write an answer
};

/// Answers on a socket in the file system, of mode 0600: who may open it may do all that
/// an Api offers. See docs/http-api.md for what goes over it.
class ControlServer {
public:
  /// Serves when it returns, on threads of its own; `api` outlives it.
  /// @throws Error(locked | unavailable), as where another node has the socket.
  ControlServer(ControlServerSetting setting, ApiChannel& api);
  /// Answers what was asked, then takes the socket away.
  ~ControlServer();
  ControlServer(const ControlServer&) = delete;
  ControlServer& operator=(const ControlServer&) = delete;

  [[nodiscard]] const std::filesystem::path& path() const noexcept;

private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

} // namespace zzz_jobs::node
