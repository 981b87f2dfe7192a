#pragma once

#include <zzz_jobs/stores/detail/pg_commit_pace.hpp>
#include <zzz_jobs/stores/detail/pg_error.hpp>
#include <zzz_jobs/stores/detail/pg_presence.hpp>
#include <zzz_jobs/stores/detail/pg_turn.hpp>
#include <zzz_jobs/stores/detail/pg_watchdog.hpp>
#include <zzz_jobs/stores/pg_store.hpp>

#include <array>
#include <chrono>
#include <cstdint>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace zzz_jobs::detail::pg {

/// What other threads have learnt for the next turn.
struct News {
  std::set<std::string> queues{}; ///< may have jobs
  bool everywhere = false;        ///< any queue may, anywhere in its order
  /// Read from the database just now: when the next waiting job becomes due.
  std::optional<std::optional<UnixTime>> due{};
  bool due_unknown = false; ///< it may have changed
};

/// Makes batches transactions: finds out what there is to do, runs it on a
/// connection, and answers for what the database does meanwhile. One thread at
/// a time; `tell` is for all.
///
/// Where commits are slow, a turn waits for its own while the next one already
/// runs on a second connection. That one begins when all statements of the first
/// are answered: a turn can wait for rows of the one before, never the other way.
class Turns {
public:
  Turns(const PgStore::Config& config, const Statements& statements, Presence& presence)
    : config_(config), statements_(statements), presence_(presence) {}

  /// @throws Error: nothing happened, but for errc::in_doubt.
  [[nodiscard]] BatchResult apply(const Batch& batch, const TurnSetting& setting, TurnEcho& echo);
  /// As `apply`, or nothing where the commit is slow: then `end` waits for it. Until
  /// then the batch must stay as and where it is.
  [[nodiscard]] std::optional<BatchResult> begin(const Batch& batch, const TurnSetting& setting,
                                                 TurnEcho& echo);
  /// Of the turn that was begun first; nothing if none is under way.
  /// @throws as `apply`.
  [[nodiscard]] std::optional<BatchResult> end(TurnEcho& echo);
  /// Whether a further turn can be made now.
  [[nodiscard]] bool has_free_lane() const;
  /// Finds out, where it can, about turns whose callers were told that they are in
  /// doubt; the next turn does so by itself. @throws Error(unavailable).
  void settle_doubts();
  /// Renews a lease that is late, where a connection of ours is there and idle. Turns
  /// do so by themselves.
  void renew_aside(Watchdog& dog);
  /// The nodes that have not shown since they were seen that they live: from now on
  /// they are dead, and know so when they come back. @throws Error.
  [[nodiscard]] std::vector<std::int64_t> give_up(const std::vector<SeenNode>& nodes);

  void tell(const std::function<void(News&)>& what);
  /// When the next waiting job is due, as read since `begin_look`; whether that is
  /// news.
  void begin_look();
  [[nodiscard]] bool tell_due(std::optional<UnixTime> due);
  /// The queues that the last turn left as empty.
  [[nodiscard]] QueueNames queues_thought_empty();

private:
  /// A turn whose commit is under way.
  struct Begun {
    const Batch& batch;
    TurnSetting setting{};
    std::unique_ptr<Turn> turn{};
    std::int64_t number = 0;
    std::chrono::steady_clock::time_point since{};
  };
  /// A connection, and what is under way on it.
  struct Lane {
    std::optional<Link> link{};
    std::int64_t node = 0; ///< that the link is of
    std::optional<Begun> begun{};
  };
  /// An execution whose end a turn wrote.
  struct Ended {
    Claim claim{};
    bool erases = false;
  };
  /// The transaction of a try that may be committed or not.
  struct Unsettled {
    std::int64_t node = 0;
    std::int64_t number = 0;
    bool is_answered = false;
    std::vector<std::string> queues{}; ///< from which it may have claimed
    std::vector<Ended> ended{};
    // Once settled:
    bool was_committed = false;
    bool is_unknown = false; ///< for ever: what told it went with its node
    Written written{};
  };

  void take_news(const TurnSetting& setting);
  void show_knowledge(std::optional<UnixTime> expected);
  [[nodiscard]] std::optional<BatchResult> run(const Batch& batch, const TurnSetting& setting,
                                               TurnEcho& echo, bool may_leave);
  [[nodiscard]] Begun new_try(Lane& lane, const Batch& batch, const TurnSetting& setting,
                              Turn::Manner manner);
  void renew_if_late(Lane& lane, std::int64_t node);
  [[nodiscard]] bool has_work(Lane& lane, const Batch& batch, const TurnSetting& setting);
  void probe(Lane& lane, const Batch& batch, const TurnSetting& setting);
  [[nodiscard]] BatchResult nothing_done(const Batch& batch) const;
  void expect_changes(const Batch& batch);
  [[nodiscard]] bool happened(Lane& lane, const Begun& begun, const CommitInDoubt& doubt);
  [[nodiscard]] BatchResult finish(const Begun& begun, TurnEcho& echo);
  [[nodiscard]] Lane& free_lane();
  [[nodiscard]] Lane* first_begun();
  [[nodiscard]] std::int64_t oldest_try();
  [[nodiscard]] Link& link(Lane& lane, std::int64_t node);
  void settle(Lane& lane, Unsettled& turn, std::int64_t node, std::chrono::milliseconds patience);
  [[nodiscard]] std::optional<std::string> why_unsettled(Lane& lane, Unsettled& turn,
                                                         std::int64_t node);
  void settle_earlier(Lane& lane, std::int64_t node);
  void try_to_settle(Lane& lane, Unsettled& turn, std::int64_t node);
  static void answer_late(Pipeline& pipeline, Unsettled& turn);
  void keep_written(const Unsettled& turn);
  void answer_repeated(const Batch& batch, BatchResult& result);

  const PgStore::Config& config_;
  const Statements& statements_;
  Presence& presence_;
  std::array<Lane, 2> lanes_{}; ///< the second is used only while the first waits
  std::int64_t number_ = 0;     ///< of the last try
  std::list<Unsettled> unsettled_{};
  /// The ends that such turns had written after all, until they are repeated.
  std::map<std::int64_t, WrittenJob> written_earlier_{};
  std::chrono::steady_clock::time_point next_renewal_{}; ///< not before
  CommitPace commit_pace_{};
  std::chrono::steady_clock::time_point around_locks_until_{};
  Knowledge knowledge_{};
  std::mutex news_mutex_{};
  News news_{};
  QueueNames thought_empty_{}; ///< for other threads, as is:
  std::optional<UnixTime> told_due_{};
  std::optional<UnixTime> expected_since_look_{}; ///< of own waiting jobs
};

} // namespace zzz_jobs::detail::pg
