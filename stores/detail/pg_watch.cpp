#include <zzz_jobs/stores/detail/pg_watch.hpp>

#include <zzz_jobs/stores/detail/pg_arrays.hpp>
#include <zzz_jobs/stores/detail/pg_error.hpp>
#include <zzz_jobs/stores/detail/pg_sql.hpp>
#include <zzz_jobs/stores/detail/pqxx_fields.hpp>
#include <zzz_jobs/stores/detail/process.hpp>
#include <zzz_jobs/stores/sql/postgres.hpp>

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <random>
#include <system_error>
#include <utility>

namespace zzz_jobs::detail::pg {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;

/// Each queue is announced at most so often.
constexpr auto announcement_pause = 3ms;
constexpr milliseconds reconnect_pause_min = 50ms;
constexpr milliseconds reconnect_pause_max = 2s;
constexpr auto outage_log_interval = 60s;
/// How long a database that does not answer may hold up the store's end.
constexpr auto stop_patience = 1s;

/// Payloads: a queue's name behind this, or a word by itself.
constexpr char queue_prefix = ':';
constexpr std::string_view all_queues = "jobs";
constexpr std::string_view lost_claims = "claims";
constexpr std::size_t payload_bytes_max = 7000; // PostgreSQL's limit: 8000

std::string payload_for(const std::string& queue) {
  if (queue.size() > payload_bytes_max)
    return std::string{all_queues};
  return queue_prefix + queue;
}

/// The first try is immediate: all that were cut off at once must not wait for
/// the suspicion to become certainty.
milliseconds reconnect_pause(std::uint32_t failures) {
  thread_local std::minstd_rand random{std::random_device{}()};
  if (failures == 0)
    return 0ms;
  const auto longest =
    std::min(reconnect_pause_max, reconnect_pause_min * (1U << std::min(failures, 6U)));
  std::uniform_int_distribution<milliseconds::rep> between{longest.count() / 2, longest.count()};
  return milliseconds{between(random)};
}

} // namespace

// --- what is asked of the thread ---------------------------------------------

Watch::Watch(const PgStore::Config& config, Presence& presence, SharedTurns& turns, Watchdog& dog)
  : config_(config), presence_(presence), shared_turns_(turns), turns_(turns.turns()), dog_(dog),
    machine_(machine_identity()), bell_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  if (bell_ < 0)
    throw std::system_error{errno, std::generic_category(), "eventfd"};
}

Watch::~Watch() {
  stop();
  close(bell_);
}

void Watch::start() {
  thread_ = std::thread{[this] { run(); }};
}

void Watch::stop() {
  {
    const std::lock_guard lock{mutex_};
    stopping_ = true;
    handler_ = {};
  }
  ring();
  dog_.hurry(stop_patience);
  if (thread_.joinable())
    thread_.join();
}

bool Watch::is_stopping() const {
  const std::lock_guard lock{mutex_};
  return stopping_;
}

void Watch::ring() {
  const std::uint64_t one = 1;
  // It only fails when it rings already.
  [[maybe_unused]] const auto written = write(bell_, &one, sizeof one);
}

/// Without anybody to tell, nothing is watched: each claim asks the database.
void Watch::on_signal(StoreSignalHandler handler) {
  const std::lock_guard lock{mutex_};
  handler_ = std::move(handler);
  heard_ = static_cast<bool>(handler_);
  turns_.tell([](News& news) { news.everywhere = true; }); // what was known without us
}

void Watch::signal(StoreSignal signal) {
  const std::lock_guard lock{mutex_};
  if (handler_)
    handler_(signal);
}

/// Nobody to tell is what a lone node has most of the time; a node that comes looks
/// for itself.
void Watch::announce(const std::set<std::string>& queues) {
  if (!has_peers_)
    return;
  const std::lock_guard lock{mutex_};
  for (const auto& queue : queues)
    announced_.insert(payload_for(queue));
  ring_if_late();
}

void Watch::announce_lost_claims() {
  const std::lock_guard lock{mutex_};
  announced_.emplace(lost_claims);
  ring_if_late();
}

void Watch::look_again_at(Time time) {
  const std::lock_guard lock{mutex_};
  if (!look_again_ || time < *look_again_)
    look_again_ = time;
  ring_if_late();
}

/// The thread wakes by itself for what it knew of when it went to sleep.
void Watch::ring_if_late() {
  if (next_time() < wakes_at_)
    ring();
}

// --- the thread --------------------------------------------------------------

void Watch::run() {
  std::uint32_t failures = 0;
  Time told_at{};
  for (;;) {
    if (is_stopping())
      return;
    try {
      PqxxSession session{{.url = config_.url,
                           .application = "zzz_jobs watch " + std::to_string(presence_.node()),
                           .timeout = config_.connect_timeout},
                          &dog_};
      settle_in(session);
      look(session); // only now is it known to work
      const bool was_lost = std::exchange(failures, 0) > 0;
      if (was_lost) {
        config_.log(LogLevel::warning, "store_watch_recovered");
        signal(StoreSignal::back);
      }
      listen(session);
      if (was_lost)
        signal(StoreSignal::lost_claims); // nobody heard meanwhile which were
      watch(session);
      return;
    } catch (const std::exception& error) {
      if (is_stopping())
        return; // a goodbye that was cut short is no loss
      looks_ = false;
      lost_ = true;
      signal(StoreSignal::jobs); // whoever relied on us now polls
      const auto now = std::chrono::steady_clock::now();
      if (failures == 0 || now - told_at > outage_log_interval) {
        told_at = now;
        config_.log(LogLevel::warning,
                    "store_watch_lost error=\"" + std::string{error.what()}
                      + "\" action=\"polling until it is back\"");
      }
    }
    pause_after_failure(failures++);
  }
}

/// Turns may have a connection all the while.
void Watch::pause_after_failure(std::uint32_t failures) {
  const auto end = std::chrono::steady_clock::now() + reconnect_pause(failures);
  while (!is_stopping() && std::chrono::steady_clock::now() < end) {
    shared_turns_.renew_aside(dog_);
    std::this_thread::sleep_for(10ms);
  }
}

std::string Watch::in_schema(std::string_view sql) const {
  return with_schema(sql, config_.schema);
}

/// Shows that this node is alive, before anything else.
void Watch::settle_in(PqxxSession& session) {
  if (!config_.pooled) {
    (void)session.run_alone(std::string{sql::postgres::look_settings}, look_patience(), false);
    (void)session.run_alone(in_schema(sql::postgres::take_session_lock), presence_.node());
  }
  renew(session);
  watching_since_ms_ = presence_.last_beat_ms();
  suspects_.clear();
  turns_.tell([](News& news) {
    news.everywhere = true;
    news.due_unknown = true;
  });
}

void Watch::listen(PqxxSession& session) {
  if (config_.pooled)
    return;
  const auto channel = session.run_alone(in_schema(sql::postgres::channel));
  session.listen(text_of(channel[0][0]), [this](const std::string& payload) { hear(payload); });
}

void Watch::watch(PqxxSession& session) {
  set(next_look_, {}); // what was announced before it was listened to
  for (;;) {
    if (is_stopping()) { // others shall not wait for what is not announced
      send_announcements(session);
      return;
    }
    const auto now = std::chrono::steady_clock::now();
    if (now >= next_renewal_)
      renew(session);
    send_announcements(session);
    if (now >= next_look_)
      look(session);
    wait(session);
  }
}

/// One of the times that `next_time` knows.
void Watch::set(Time& what, Time when) {
  const std::lock_guard lock{mutex_};
  what = when;
}

/// With the mutex held.
Watch::Time Watch::next_time() const {
  auto next = std::min(next_look_, next_renewal_);
  if (look_again_)
    next = std::min(next, *look_again_);
  for (const auto& word : announced_) {
    const auto before = announced_at_.find(word);
    next =
      before == announced_at_.end() ? Time{} : std::min(next, before->second + announcement_pause);
  }
  return next;
}

Watch::Time Watch::sleep_until() {
  const std::lock_guard lock{mutex_};
  wakes_at_ = next_time();
  return wakes_at_;
}

void Watch::wait(PqxxSession& session) {
  const auto left =
    std::chrono::ceil<milliseconds>(sleep_until() - std::chrono::steady_clock::now());
  pollfd events[] = {{session.connection().sock(), POLLIN, 0}, {bell_, POLLIN, 0}};
  (void)poll(events, 2, static_cast<int>(std::clamp(left, 0ms, milliseconds{60'000}).count()));
  std::uint64_t rung = 0;
  // Nothing to read is nothing to do.
  [[maybe_unused]] const auto read_bytes = read(bell_, &rung, sizeof rung);
  if (events[0].revents != 0)
    session.hear();
  bool look_again = false;
  {
    const std::lock_guard lock{mutex_};
    if (look_again_ && std::chrono::steady_clock::now() >= *look_again_) {
      look_again_.reset();
      look_again = true;
    }
  }
  if (look_again)
    signal(StoreSignal::jobs);
}

void Watch::hear(const std::string& payload) {
  if (payload == lost_claims) {
    signal(StoreSignal::lost_claims);
    return;
  }
  turns_.tell([&](News& news) {
    if (!payload.empty() && payload.front() == queue_prefix)
      news.queues.insert(payload.substr(1));
    else
      news.everywhere = true;
  });
  signal(StoreSignal::jobs);
}

/// What was announced a moment ago waits, and is then announced once.
void Watch::send_announcements(PqxxSession& session) {
  const auto now = std::chrono::steady_clock::now();
  std::vector<std::string> ripe;
  {
    const std::lock_guard lock{mutex_};
    std::erase_if(announced_at_,
                  [&](const auto& one) { return now - one.second >= announcement_pause; });
    for (auto it = announced_.begin(); it != announced_.end();) {
      if (announced_at_.contains(*it) && !stopping_) {
        ++it;
        continue;
      }
      announced_at_.insert_or_assign(*it, now);
      ripe.push_back(*it);
      it = announced_.erase(it);
    }
  }
  if (ripe.empty() || config_.pooled)
    return;
  (void)session.run_alone(in_schema(sql::postgres::notify), array_of(ripe));
}

/// A node that has been given up for dead goes on as a new one: its executions
/// are lost, and whoever runs them must hear of it, whatever fails next.
void Watch::renew(PqxxSession& session) {
  const bool is_alive = presence_.renew(session, config_);
  set(next_renewal_,
      std::chrono::steady_clock::now() + milliseconds{config_.lease} / renewals_per_lease);
  if (is_alive)
    return;
  presence_.enrol(session, config_);
  config_.log(LogLevel::error,
              "lease_lost action=\"goes on as node " + std::to_string(presence_.node())
                + "; what it ran is stopped and runs elsewhere\"");
  turns_.tell([](News& news) { news.everywhere = true; }); // meanwhile nothing could be claimed
  signal(StoreSignal::lost_claims);
  signal(StoreSignal::dead_owner); // who gave it up may not have seen to what it ran
  if (!config_.pooled)
    (void)session.run_alone(in_schema(sql::postgres::take_session_lock), presence_.node());
}

} // namespace zzz_jobs::detail::pg
