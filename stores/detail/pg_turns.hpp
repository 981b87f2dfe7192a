#pragma once

#include <zzz_jobs/stores/detail/pg_turn.hpp>
#include <zzz_jobs/stores/pg_store.hpp>

#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>

namespace zzz_jobs::detail::pg {

/// What other threads have learnt for the next turn.
struct News {
  std::set<std::string> queues{}; ///< may have jobs
  bool everywhere = false;        ///< any queue may, anywhere in its order
  /// Read from the database just now: when the next waiting job becomes due.
  std::optional<std::optional<UnixTime>> due{};
  bool due_unknown = false; ///< it may have changed
};

/// Makes batches transactions: finds out what there is to do, runs it on one
/// connection, and answers for what the database does meanwhile. One thread at
/// a time; `tell` is for all.
class Turns {
public:
  Turns(const PgStore::Config& config, const Statements& statements)
    : config_(config), statements_(statements) {}

  /// @throws Error: nothing happened, but for errc::in_doubt.
  [[nodiscard]] BatchResult apply(const Batch& batch, const TurnSetting& setting, TurnEcho& echo);

  void tell(const std::function<void(News&)>& what);
  /// When the next waiting job is due, as read since `begin_look`; whether that is
  /// news.
  void begin_look();
  [[nodiscard]] bool tell_due(std::optional<UnixTime> due);
  /// The queues that the last turn left as empty.
  [[nodiscard]] QueueNames queues_thought_empty();

private:
  void take_news(const TurnSetting& setting);
  void show_knowledge(std::optional<UnixTime> expected);
  [[nodiscard]] bool has_work(const Batch& batch, const TurnSetting& setting);
  void probe(const Batch& batch, const TurnSetting& setting);
  [[nodiscard]] BatchResult nothing_done(const Batch& batch) const;
  void expect_changes(const Batch& batch);
  [[nodiscard]] bool transact(Turn& turn, const Batch& batch, std::int64_t node);
  [[nodiscard]] Link& link(std::int64_t node);
  void settle(std::int64_t node, std::chrono::milliseconds patience);
  void settle_earlier(std::int64_t node);
  void try_to_settle(std::int64_t node);
  void answer_late(std::int64_t node);

  const PgStore::Config& config_;
  const Statements& statements_;
  std::optional<Link> link_{};
  std::int64_t link_node_ = 0;
  std::int64_t number_ = 0; ///< of the last try
  /// The last try's transaction, where it may be committed or not.
  struct Unsettled {
    std::int64_t node = 0;
    std::int64_t number = 0;
    bool is_answered = false;
    std::vector<std::string> queues{}; ///< from which it may have claimed
    std::vector<std::int64_t> jobs{};  ///< whose executions it ended
    // Once settled:
    bool was_committed = false;
    std::map<std::int64_t, bool> written{}; ///< see Outcomes::answer_late
  };
  std::optional<Unsettled> unsettled_{};
  Knowledge knowledge_{};
  std::mutex news_mutex_{};
  News news_{};
  QueueNames thought_empty_{}; ///< for other threads, as is:
  std::optional<UnixTime> told_due_{};
  std::optional<UnixTime> expected_since_look_{}; ///< of own waiting jobs
};

} // namespace zzz_jobs::detail::pg
