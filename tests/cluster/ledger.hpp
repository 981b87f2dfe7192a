#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include <sys/types.h>

namespace zzz_jobs::cluster {

/// What happened, as it stands in the ledger: outside the database, so that
/// neither a lost commit nor a wrong one can hide there.
enum class Kind : std::uint8_t {
  ready,        ///< a process has opened its store; `how` says if as a guest or gateway
  acknowledged, ///< an enqueue of this payload returned, with this job
  conflict,     ///< the same, and the job was there already
  doubt,        ///< it failed with in_doubt: not repeated
  started,      ///< an execution began
  ended,        ///< it is over; `how` says in which way
  completed,    ///< its completion was accepted
  refused,      ///< its outcome was not: the claim was lost
  killed,       ///< a process is dead (kill -9)
  suspended,    ///< a process stands still (SIGSTOP)
  resumed,      ///< and goes on (SIGCONT)
  left,         ///< a process ended by itself
  cut,          ///< a process is out of reach, as its link is down
  joined,       ///< and can be reached again
  crashed,      ///< the database's server ended without a word
  fired,        ///< a process was the one whose tick of a cron entry counted
};
[[nodiscard]] std::string_view to_string(Kind kind) noexcept;

/// How executions end.
namespace how {
inline constexpr std::string_view returned = "returned";
inline constexpr std::string_view failed = "failed";   ///< as planned
inline constexpr std::string_view snoozed = "snoozed"; ///< as planned
inline constexpr std::string_view shutdown = "shutdown";
inline constexpr std::string_view lost_claim = "lost_claim";
} // namespace how

/// Which part a process has in a cluster.
namespace role {
inline constexpr std::string_view gateway = "gateway"; ///< guests may work through it
inline constexpr std::string_view guest = "guest";     ///< works through a gateway
} // namespace role

/// One line: `started job=12 attempt=1 payload=a-7 pid=4711 time=1764000000000000`.
struct Entry {
  Kind kind{};
  std::int64_t job = 0;
  std::int32_t attempt = 0;
  std::string payload{}; ///< names what was to be done; no spaces
  std::string how{};
  pid_t pid = 0;
  std::int64_t time_us = 0; ///< unix time
  friend bool operator==(const Entry&, const Entry&) = default;
};

[[nodiscard]] std::string to_line(const Entry& entry);
/// @throws std::runtime_error with the line.
[[nodiscard]] Entry parse_line(std::string_view line);
[[nodiscard]] std::int64_t now_us();

/// Appends lines to a file that processes share. Nothing is kept back: what
/// `write` has returned from, kill -9 cannot undo, and no two lines mix.
class Ledger {
public:
  explicit Ledger(const std::filesystem::path& file);
  ~Ledger();
  Ledger(const Ledger&) = delete;
  Ledger& operator=(const Ledger&) = delete;

  /// Adds the time, and this process where the entry names none.
  void write(Entry entry);

private:
  int descriptor_;
};

/// Reads such a file while it grows.
class LedgerReader {
public:
  explicit LedgerReader(std::filesystem::path file) : file_(std::move(file)) {}
  /// All that happened up to now, in order.
  const std::vector<Entry>& read();

private:
  std::filesystem::path file_;
  std::streamoff read_bytes_ = 0;
  std::string rest_{}; ///< a line that is not complete yet
  std::vector<Entry> entries_{};
};

} // namespace zzz_jobs::cluster
