// The part of the watch that looks at the database, and judges which nodes are dead.
#include <zzz_jobs/stores/detail/pg_arrays.hpp>
#include <zzz_jobs/stores/detail/pg_watch.hpp>
#include <zzz_jobs/stores/detail/pqxx_fields.hpp>
#include <zzz_jobs/stores/detail/process.hpp>
#include <zzz_jobs/stores/sql/postgres.hpp>

#include <algorithm>

namespace zzz_jobs::detail::pg {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;

/// How long a look may wait for a table that others have locked, at most: meanwhile no
/// lease is renewed.
constexpr milliseconds look_patience_max = 5s;
/// A node that lost all its sessions comes back within this, or is dead: its first
/// try is immediate.
constexpr auto suspicion_min = 600ms;
constexpr milliseconds suspicion_look_interval = 100ms; // meanwhile

} // namespace

void Watch::look(PqxxSession& session) {
  turns_.begin_look();
  const auto queues = turns_.queues_thought_empty();
  const auto now = config_.clock ? config_.clock->now() : presence_.database_time();
  note_look(
    run_look(session, presence_.node(), array_of(queues), now, watching_since_ms_, machine_));
  set(next_look_,
      std::chrono::steady_clock::now()
        + (suspects_.empty() ? config_.look_interval
                             : std::min(config_.look_interval, suspicion_look_interval)));
  looks_ = true;
  lost_ = false;
}

/// A pooled session keeps no settings.
template <class... Args>
pqxx::result Watch::run_look(PqxxSession& session, const Args&... args) {
  const auto look = in_schema(sql::postgres::look);
  if (!config_.pooled)
    return session.run_alone(look, args...);
  return session.in_transaction([&](pqxx::work& transaction) {
    (void)detail::pg::run(transaction, std::string{sql::postgres::look_settings}, look_patience(),
                          true);
    return detail::pg::run(transaction, look, args...);
  });
}

/// So that the lease is renewed in time also when it has to be given up.
std::string Watch::look_patience() const {
  return std::to_string(
    std::min(look_patience_max, milliseconds{config_.lease} / renewals_per_lease).count());
}

void Watch::note_look(const pqxx::result& rows) {
  bool jobs = false;
  bool dead = false;
  still_suspect_.clear();
  for (const auto& row : rows) {
    const auto kind = text_of(row[0]);
    if (kind == "time") {
      presence_.set_database_time(row[2].as<std::int64_t>());
    } else if (kind == "due") {
      std::optional<UnixTime> due;
      if (!row[2].is_null())
        due = UnixTime{std::chrono::seconds{row[2].as<std::int64_t>()}};
      jobs = turns_.tell_due(due) || jobs;
    } else if (kind == "peers") {
      has_peers_ = row[2].as<std::int64_t>() > 0;
    } else if (kind == "jobs") {
      jobs = true;
      turns_.tell([&](News& news) { news.queues.insert(text_of(row[1])); });
    } else if (is_dead(kind, row)) {
      const std::lock_guard lock{mutex_};
      dead_.insert_or_assign(row[2].as<std::int64_t>(), row[3].as<std::int64_t>());
      dead = true;
    }
  }
  std::erase_if(suspects_, [this](const auto& one) { return !still_suspect_.contains(one.first); });
  if (jobs)
    signal(StoreSignal::jobs);
  if (dead)
    signal(StoreSignal::dead_owner);
}

/// A node that looks as if it were, by one sign or another.
bool Watch::is_dead(std::string_view kind, const pqxx::row& row) {
  if (kind == "expired" || has_ended(text_of(row[1])))
    return true;
  return kind == "suspect" && is_confirmed(row[2].as<std::int64_t>(), row[3].as<std::int64_t>());
}

/// Without sessions, and without a sign of life since it was first seen so.
bool Watch::is_confirmed(std::int64_t node, std::int64_t beat) {
  still_suspect_.insert(node);
  const auto now = std::chrono::steady_clock::now();
  auto& suspect = suspects_.try_emplace(node, Suspect{beat, now}).first->second;
  if (suspect.beat != beat)
    suspect = {beat, now};
  return now - suspect.since >= suspicion_min;
}

std::vector<SeenNode> Watch::dead_nodes() const {
  const std::lock_guard lock{mutex_};
  std::vector<SeenNode> nodes;
  for (const auto& [id, beat] : dead_)
    nodes.push_back({id, beat});
  return nodes;
}

void Watch::settled(const std::vector<SeenNode>& nodes) {
  const std::lock_guard lock{mutex_};
  for (const auto& node : nodes)
    if (const auto found = dead_.find(node.id);
        found != dead_.end() && found->second == node.beat_ms)
      dead_.erase(found);
}

} // namespace zzz_jobs::detail::pg
