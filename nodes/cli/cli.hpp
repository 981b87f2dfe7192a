#pragma once

#include <zzz_jobs/nodes/control/api.hpp>

#include <filesystem>
#include <istream>
#include <map>
#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

namespace zzz_jobs::node::cli {

/// What the program's exit status says.
inline constexpr int exit_ok = 0;
inline constexpr int exit_failed = 1; ///< it was tried, and did not work
inline constexpr int exit_usage = 2;  ///< the command, a value in it or the configuration is wrong
inline constexpr int exit_not_found = 3; ///< no such job, queue, node, entry
inline constexpr int exit_unhealthy = 4; ///< health, doctor: something is wrong
inline constexpr int exit_again = 75;    ///< nothing happened; the same may work later

/// Whom a verb shall ask, as the flags say; at most one of `socket`, `http` and
/// `store_url` is set. None of them: the node of the configuration file, by its
/// control socket, or, where no node answers there, its database directly (unless the
/// node alone is meant).
struct Target {
  std::filesystem::path config{};      ///< --config; empty: default_config_file()
  std::filesystem::path socket{};      ///< --socket: a node's control socket
  std::string http{};                  ///< --http: "http://HOST:PORT" or "https://..."
  std::filesystem::path token_file{};  ///< --token-file; empty: ZZZ_JOBS_HTTP_TOKEN
  std::filesystem::path ca{};          ///< --ca: of an https node; empty: the system's
  std::string store_url{};             ///< --store-url: a PostgreSQL database, no node
  std::string schema{};                ///< --schema; empty: "public", or the file's
  std::vector<std::string> settings{}; ///< --set: "store.path=jobs.db"
  /// The question is about the node itself: its database cannot answer for it.
  bool node_alone = false;
};

/// `node run`.
struct NodeRun {
  std::filesystem::path config{};      ///< empty: default_config_file()
  std::vector<std::string> settings{}; ///< --set, in order
  bool once = false;                   ///< until nothing is due
};

/// What the verbs need of the process they run in.
class Host {
public:
  virtual ~Host() = default;

  virtual std::istream& in() = 0;
  virtual std::ostream& out() = 0; ///< answers
  virtual std::ostream& err() = 0; ///< errors, progress, questions

  /// An environment variable; none where it is not set.
  virtual std::optional<std::string> variable(const std::string& name) = 0;

  /// All environment variables; those of this process unless a test says otherwise.
  virtual std::map<std::string, std::string> environment();

  /// The descriptor of a terminal that shows `out` and gives keys; none where `in`
  /// or `out` is something else.
  virtual std::optional<int> terminal() = 0;
  /// Whether `err` is shown on a terminal: progress lines are for people.
  virtual bool shows_errors() = 0;

  /// @throws Error(invalid_argument) for what cannot be a target, Error(unavailable)
  /// where nobody answers; the text says who was asked.
  virtual std::unique_ptr<ApiChannel> open_channel(const Target& target) = 0;

  /// Runs a node in the foreground until it ends; says the exit status.
  virtual int run_node(const NodeRun& run) = 0;
};

/// The program: reads the command, runs its verb, writes what it says to the host's
/// streams. Throws nothing. @returns one of the exit statuses above.
int run(int argc, const char* const* argv, Host& host);

} // namespace zzz_jobs::node::cli
