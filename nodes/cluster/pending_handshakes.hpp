#pragma once

#include <chrono>
#include <cstddef>
#include <list>
#include <memory>
#include <mutex>

namespace zzz_jobs::node {

/// The connections that came in and have not shown a certificate yet. They get
/// little time and are few: beyond that the oldest are cut, so that who only
/// connects takes no memory from a node and keeps nobody out for long.
class PendingHandshakes {
public:
  using Time = std::chrono::steady_clock::time_point;
  static constexpr std::size_t count_max = 256;
  static constexpr std::chrono::seconds age_max{5};

  /// One connection's entry: to be kept as long as it shakes hands, destroyed
  /// before its socket is closed.
  class Entry {
  public:
    Entry(PendingHandshakes& all, int socket, Time now);
    ~Entry();
    Entry(const Entry&) = delete;
    Entry& operator=(const Entry&) = delete;

  private:
    friend PendingHandshakes;
    PendingHandshakes& all_;
    int socket_;
    Time since_;
    std::list<Entry*>::iterator place_{};
  };

  /// Cuts those that are too old.
  void sweep(Time now);
  [[nodiscard]] std::size_t count() const;

private:
  static void cut(const Entry& entry);

  mutable std::mutex mutex_{};
  std::list<Entry*> entries_{}; ///< oldest first
};

} // namespace zzz_jobs::node
