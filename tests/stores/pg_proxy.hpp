#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

struct pollfd;

namespace zzz_jobs::tests {

/// Stands between programs and a PostgreSQL server, and does to their connections
/// what networks do. It acts on the connections by which turns are made; what else
/// a store does passes, unless all is refused. Any thread.
class PgProxy {
public:
  explicit PgProxy(const std::string& server_url);
  ~PgProxy();
  PgProxy(const PgProxy&) = delete;
  PgProxy& operator=(const PgProxy&) = delete;

  /// The server's, through here.
  [[nodiscard]] const std::string& url() const noexcept { return url_; }
  /// Connections for turns that were made.
  [[nodiscard]] int connections() const noexcept { return connections_; }

  /// Which of the server's answers go no further from now on.
  enum class Hold {
    nothing,
    all,
    ends, ///< only the word that a transaction has ended (ReadyForQuery)
  };
  void hold(Hold what);
  /// Whether an answer was held back since.
  [[nodiscard]] bool has_held() const noexcept { return has_held_; }

  /// Ends the connections that are there.
  void cut();
  /// Ends the next one to say so much, once: the rest is not passed on.
  void cut_after_answered(std::size_t bytes);
  void cut_after_asked(std::size_t bytes);
  /// Whether such a cut was made, or the last one is still to come.
  [[nodiscard]] bool has_cut() const noexcept { return has_cut_; }

  /// Nobody comes through: what is there ends, what comes is turned away.
  void refuse(bool all);

private:
  struct Pair {
    int client = -1;
    int server = -1;
    std::string hello{}; ///< what the client said until it is known who it is
    bool known = false;
    bool turns = false;
    std::string message{}; ///< of the server's, the beginning of one
  };

  void run();
  void act(const std::function<void()>& what);
  void accept_one();
  [[nodiscard]] bool from_client(Pair& pair);
  [[nodiscard]] bool from_server(Pair& pair);
  [[nodiscard]] bool pass(int to, std::string bytes, std::optional<std::size_t>& left);
  [[nodiscard]] std::string without_ends(Pair& pair, const std::string& bytes);
  static void close_both(Pair& pair);

  std::string host_{};
  std::string port_{};
  std::string url_{};
  int listener_ = -1;
  int bell_ = -1; ///< an eventfd

  std::mutex mutex_{}; ///< for what follows
  std::list<Pair> pairs_{};
  Hold hold_ = Hold::nothing;
  std::optional<std::size_t> answered_left_{};
  std::optional<std::size_t> asked_left_{};
  bool refusing_ = false;
  bool stopping_ = false;

  std::atomic<int> connections_{0};
  std::atomic<bool> has_held_{false};
  std::atomic<bool> has_cut_{false};
  std::thread thread_{};
};

} // namespace zzz_jobs::tests
