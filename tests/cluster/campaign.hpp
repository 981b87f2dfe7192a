#pragma once

#include "cluster/checker.hpp"
#include "cluster/ledger.hpp"
#include "cluster/process.hpp"
#include "support/postgres.hpp"
#include "support/sql_connection.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace zzz_jobs::cluster {

/// Generous: a machine may be busy with other things.
inline constexpr std::chrono::seconds patience{60};

struct NodeOptions {
  int concurrency = 10;
  int lease_s = 30;
  int answer_timeout_ms = 30'000;
  bool pooled = false; ///< through PgBouncer
  bool unfenced = false;
  std::int64_t cron_begin_us = 0; ///< set: it has QuickCron, by a QuickClock of this begin
};

/// Such as `--calls`; see enqueuer_main.cpp.
using EnqueuerOptions = std::vector<std::string>;

/// A server of its own, real processes on it, their ledger and logs in a folder,
/// and what is done to them under one seed. The folder is kept, and named, unless
/// the test says that it passed.
class Campaign {
public:
  explicit Campaign(const support::PostgresOptions& options = {});
  ~Campaign();
  Campaign(const Campaign&) = delete;
  Campaign& operator=(const Campaign&) = delete;

  /// What the test needs to be repeated and looked into; for INFO.
  [[nodiscard]] std::string about() const;
  [[nodiscard]] std::mt19937_64& random() noexcept { return random_; }
  int random(int low, int high); ///< both included
  [[nodiscard]] support::PostgresServer& server() noexcept { return server_; }
  [[nodiscard]] const support::PostgresServer& server() const noexcept { return server_; }
  [[nodiscard]] support::SqlConnection connect() const {
    return support::SqlConnection{server_.url()};
  }
  [[nodiscard]] const std::filesystem::path& folder() const noexcept { return folder_; }

  // Processes; each has opened the database when it is returned, unless the server
  // is away.
  std::shared_ptr<Process> start_node(const NodeOptions& options = {});
  std::shared_ptr<Process> start_enqueuer(const EnqueuerOptions& options);
  /// Any other program; its log is in the folder, as NAME-N.log.
  std::shared_ptr<Process> start_program(const std::vector<std::string>& command,
                                         const std::string& name);
  void wait_until_ready(Process& process);
  /// From now on nodes take each other for processes of other machines, which they
  /// cannot look at. There is a node already.
  void scatter();

  // What is done to them is in the ledger.
  void kill(Process& process);
  void suspend(const Process& process);
  void resume(const Process& process);
  /// Tells it to end, and waits for that; throws where it does not, or badly.
  void end(Process& process);
  /// Such as links that are cut; by which the checker judges.
  void note(Entry entry) { ledger_.write(std::move(entry)); }

  /// All that happened up to now.
  const std::vector<Entry>& entries() { return reader_.read(); }
  /// Whether there is such an entry, in time.
  bool comes(const std::function<bool(const Entry&)>& matches,
             std::chrono::milliseconds deadline = patience);
  /// The first such entry; throws where none comes.
  Entry wait_for(const std::function<bool(const Entry&)>& matches);
  /// Whether no job is left to be done, in time.
  bool gets_done(std::chrono::milliseconds deadline = patience);

  /// To be called when all is quiet; whole in the folder.
  Verdict verdict();
  /// The folder is not needed.
  void passed() noexcept { passed_ = true; }

private:
  std::shared_ptr<Process> start(std::vector<std::string> command);

  std::uint64_t seed_;
  std::mt19937_64 random_;
  std::filesystem::path folder_;
  bool passed_ = false;
  support::PostgresServer server_;
  Ledger ledger_;
  LedgerReader reader_;
  int processes_ = 0;
};

/// Where its processes have their tables, and its ledger.
inline const std::string campaign_schema = "cluster";
[[nodiscard]] inline std::filesystem::path ledger_in(const std::filesystem::path& folder) {
  return folder / "ledger";
}

/// Short in CI, whole where ZZZ_JOBS_LONG is set.
[[nodiscard]] bool is_long();
template <class T>
[[nodiscard]] T short_or_long(T brief, T whole) {
  return is_long() ? whole : brief;
}

} // namespace zzz_jobs::cluster
