#pragma once

#include <zzz_jobs/stores/detail/pg_claims.hpp>
#include <zzz_jobs/stores/detail/pg_enqueues.hpp>
#include <zzz_jobs/stores/detail/pg_outcomes.hpp>
#include <zzz_jobs/stores/pg_store.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>

namespace zzz_jobs::detail::pg {

/// What the turns so far have shown.
struct Knowledge {
  Claims claims{};
  std::optional<UnixTime> due{};         ///< of the next waiting job
  std::optional<UnixTime> due_read_at{}; ///< none: to be read

  /// Unknown counts as due: the statement that promotes finds out.
  [[nodiscard]] bool is_due(UnixTime now) const { return !due_read_at || (due && *due <= now); }
};

/// For whom a turn is made, and when.
struct TurnSetting {
  UnixTime now{};
  std::int64_t node = 0;               ///< this one
  std::optional<std::int64_t> owner{}; ///< written into the rows that are claimed
  /// Foreign changes are told: what is known to be empty need not be asked.
  bool is_watched = false;
  bool is_supervised = false; ///< whoever claims hears when to look again
};

/// What a turn did that others want to hear of.
struct TurnEcho {
  std::set<std::string> queues{};             ///< jobs wait there that were not claimed here
  bool look_again = false;                    ///< now
  std::optional<Marks::Time> look_again_at{}; ///< at that time
};

/// None is later than any.
[[nodiscard]] std::optional<UnixTime> earlier(std::optional<UnixTime> a, std::optional<UnixTime> b);

/// One try to make a batch, which must outlive it, a transaction.
class Turn {
public:
  /// How it is made.
  struct Manner {
    bool sorted_keys = false; ///< so that two turns cannot wait for each other
    bool apart = false;       ///< rows that the table refuses are answered alone
    /// Rows that other transactions hold are answered as locked, or alone as unavailable.
    bool around_locks = false;
    std::int64_t number = 0; ///< of this try, of those of the node
    std::int64_t oldest = 0; ///< of the tries whose commits nobody has heard of yet
  };

  Turn(Knowledge& knowledge, Link& link, const PgStore::Config& config, const Batch& batch,
       const TurnSetting& setting, const Manner& manner);

  /// All statements are answered, and the commit is under way.
  /// @throws StatementError, ConnectionError: nothing happened; CommitInDoubt.
  void begin();
  /// The commit has happened. @throws as `begin`.
  void end();
  /// Another turn, which this one may not have seen, has made jobs wait until then.
  void expect(std::optional<UnixTime> due) {
    expected_elsewhere_ = earlier(expected_elsewhere_, due);
  }
  /// The transaction was committed and its answers are lost; `written`: see
  /// Outcomes.
  void answer_late(const Written& written);
  /// After the commit: the answer, and what is known now.
  [[nodiscard]] BatchResult finish(TurnEcho& echo);
  /// Whether it left something undone that others have locked.
  [[nodiscard]] bool met_locks() const noexcept { return met_locks_; }
  /// When the first is due of the jobs that it made wait.
  [[nodiscard]] std::optional<UnixTime> expected() const noexcept { return expected_; }

private:
  [[nodiscard]] bool is_idle(const ClaimRequest& claim) const;
  [[nodiscard]] std::set<std::string_view> filled_queues() const;
  void mark();
  void promote();
  void read_due();
  void go_around_locks();
  void enqueue_apart(std::size_t first, std::size_t last);
  [[nodiscard]] Enqueued refusal(const StatementError& error);
  void claim();
  void note_enqueued(TurnEcho& echo);
  void made_available(const std::string& queue, TurnEcho& echo);
  [[nodiscard]] bool was_served(std::string_view queue, const std::string* worker) const;
  void note_due();
  void sort_started();

  Knowledge& knowledge_;
  const Batch& batch_;
  const TurnSetting setting_;
  bool around_locks_;
  bool apart_;
  std::int64_t number_;
  std::int64_t oldest_;
  bool starts_directly_;
  BatchResult result_{};
  Pipeline pipeline_;
  Outcomes outcomes_;
  DirectStarts direct_;
  Enqueues enqueues_;
  Claims::Findings findings_{};
  std::set<std::string> promoted_{};
  std::optional<UnixTime> due_{};
  bool due_was_read_ = false;
  bool met_locks_ = false;
  std::optional<UnixTime> expected_{};
  std::optional<UnixTime> expected_elsewhere_{};
};

} // namespace zzz_jobs::detail::pg
