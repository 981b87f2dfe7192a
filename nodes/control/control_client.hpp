#pragma once

#include <zzz_jobs/nodes/control/api.hpp>

#include <chrono>
#include <filesystem>
#include <memory>

namespace zzz_jobs::node {

/// Asks the node behind a control socket. Connects at the first call, and again after a
/// lost connection. Any thread; one call at a time.
class ControlClient final : public ApiChannel {
public:
  /// `timeout`: how long a call waits for its answer.
  explicit ControlClient(std::filesystem::path path,
                         std::chrono::milliseconds timeout = std::chrono::seconds{60});
  ~ControlClient() override;

  /// @throws Error(unavailable) where nothing happened; Error(in_doubt) where the
  /// connection was lost while a change was under way; Error(invalid_argument).
  ApiAnswer call(const ApiRequest& request) override;

private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

} // namespace zzz_jobs::node
