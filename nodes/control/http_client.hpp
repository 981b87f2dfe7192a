#pragma once

#include <zzz_jobs/nodes/control/api.hpp>

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>

namespace zzz_jobs::node {

struct HttpClientSetting {
  std::string url{};          ///< "http://127.0.0.1:8080" or "https://HOST:PORT"; no path
  std::string token{};        ///< sent with every request
  std::filesystem::path ca{}; ///< https: whom to trust; empty: the system's
  std::chrono::milliseconds timeout{60'000}; ///< how long an answer may take
};

/// Asks a node over HTTP. Any thread; one call at a time.
class HttpClient final : public ApiChannel {
public:
  /// @throws Error(invalid_argument) for an address that is none.
  explicit HttpClient(HttpClientSetting setting);
  ~HttpClient() override;

  /// @throws Error(unavailable) where nothing happened; Error(in_doubt) where the
  /// connection was lost while a change was under way.
  ApiAnswer call(const ApiRequest& request) override;

private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

} // namespace zzz_jobs::node
