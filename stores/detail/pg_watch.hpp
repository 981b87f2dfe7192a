#pragma once

#include <zzz_jobs/stores/detail/pg_presence.hpp>
#include <zzz_jobs/stores/detail/pg_shared_turns.hpp>
#include <zzz_jobs/stores/detail/pqxx_session.hpp>
#include <zzz_jobs/stores/pg_store.hpp>
#include <zzz_jobs/stores/store_signal.hpp>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace zzz_jobs::detail::pg {

/// The thread that stays in touch with the other nodes, on a connection of its
/// own: renews the lease, hears and sends notifications, and looks from time to
/// time for what nobody announced.
///
/// watching -> the connection is lost -> looking for a connection, with growing
/// pauses -> watching. Meanwhile the store is not "watched", and polls.
class Watch {
public:
  Watch(const PgStore::Config& config, Presence& presence, SharedTurns& turns, Watchdog& dog);
  ~Watch();
  Watch(const Watch&) = delete;
  Watch& operator=(const Watch&) = delete;

  void start();
  void stop();

  void on_signal(StoreSignalHandler handler);
  /// Whether what is known of empty queues may be relied on.
  [[nodiscard]] bool is_watching() const noexcept { return looks_ && heard_ && !config_.pooled; }

  /// Whether the database answered when it was last asked, or has not been asked yet.
  [[nodiscard]] bool is_in_touch() const noexcept { return !lost_; }
  /// Whether somebody hears the signals.
  [[nodiscard]] bool is_heard() const noexcept { return heard_; }

  /// From the turns: other nodes shall hear of these queues.
  void announce(const std::set<std::string>& queues);
  /// Executions of other nodes were ended by hand.
  void announce_lost_claims();
  void look_again_at(Marks::Time time);
  void signal(StoreSignal signal);

  /// Nodes that looked dead, whose executions are still to be rescued; by id.
  [[nodiscard]] std::vector<SeenNode> dead_nodes() const;
  /// They are rescued and gone, or were alive after all.
  void settled(const std::vector<SeenNode>& nodes);

private:
  using Time = std::chrono::steady_clock::time_point;
  struct Suspect {
    std::int64_t beat = 0;
    Time since{};
  };

  void run();
  void listen(PqxxSession& session);
  void watch(PqxxSession& session);
  void pause_after_failure(std::uint32_t failures);
  void settle_in(PqxxSession& session);
  void wait(PqxxSession& session);
  void hear(const std::string& payload);
  void send_announcements(PqxxSession& session);
  void renew(PqxxSession& session);
  void look(PqxxSession& session);
  template <class... Args>
  pqxx::result run_look(PqxxSession& session, const Args&... args);
  [[nodiscard]] std::string look_patience() const;
  void note_look(const pqxx::result& rows);
  [[nodiscard]] bool is_dead(std::string_view kind, const pqxx::row& row);
  [[nodiscard]] bool is_confirmed(std::int64_t node, std::int64_t beat);
  void set(Time& what, Time when);
  [[nodiscard]] Time next_time() const;
  [[nodiscard]] bool is_stopping() const;
  void ring();
  void ring_if_late();
  [[nodiscard]] Time sleep_until();
  [[nodiscard]] std::string in_schema(std::string_view sql) const;

  const PgStore::Config& config_;
  Presence& presence_;
  SharedTurns& shared_turns_;
  Turns& turns_;
  Watchdog& dog_;

  mutable std::mutex mutex_{}; ///< for what follows
  StoreSignalHandler handler_{};
  std::set<std::string> announced_{};
  std::map<std::string, Time> announced_at_{};
  std::optional<Time> look_again_{};
  std::map<std::int64_t, std::int64_t> dead_{}; ///< with the beat that was seen last
  Time next_look_{};
  Time next_renewal_{};
  Time wakes_at_{}; ///< the thread, if nobody rings
  bool stopping_ = false;

  std::atomic<bool> looks_{false}; ///< the last look was good
  std::atomic<bool> lost_{false};  ///< the last one was not
  std::atomic<bool> heard_{false};
  std::atomic<bool> has_peers_{true}; ///< until it is known better
  std::map<std::int64_t, Suspect> suspects_{};
  std::set<std::int64_t> still_suspect_{};
  std::int64_t watching_since_ms_ = 0; ///< by the database's clock
  std::string machine_;                ///< whose processes can be looked at
  int bell_ = -1;                      ///< an eventfd: something is to be done at once
  std::thread thread_{};
};

} // namespace zzz_jobs::detail::pg
