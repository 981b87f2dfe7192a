#include <zzz_jobs/stores/detail/sqlite_claims.hpp>

#include <zzz_jobs/stores/detail/sqlite_job_row.hpp>
#include <zzz_jobs/stores/sql/sqlite.hpp>

#include <limits>

namespace zzz_jobs::detail::sqlite {
namespace {

/// So many unknown jobs in front are cheaper to walk than to remember.
constexpr std::size_t worth_remembering = 64;
/// So many sets of workers are told apart in a queue; sets that are no longer in
/// use are among them.
constexpr std::size_t claimants_max = 64;
/// Jobs that another program inserted as available, but for later: where there
/// are more, they move to the waiting ones and out of every claim's way.
constexpr std::size_t early_jobs_max = 1000;
constexpr std::size_t parked_at_once_max = 10'000;

bool next_is_last(const Job& job) {
  return job.attempts_used() + 1 >= job.max_attempts;
}

void start(Job& job, std::optional<std::int64_t> node, UnixTime now) {
  job.state = JobState::executing;
  ++job.attempt;
  job.attempted_at = now;
  job.node = node;
  job.progress.reset();
  job.progress_note.reset();
}

} // namespace

struct Claims::Walk {
  const ClaimRequest& request;
  const std::unordered_set<std::string>* known;
  UnixTime now;
  std::vector<Job> jobs{};
  std::vector<std::int64_t> early{}; ///< ids
  std::optional<UnixTime> earliest{};
  Place last_unknown{};
  std::size_t unknown_in_front = 0;
  bool in_front = true; ///< nothing but unknown jobs so far

  [[nodiscard]] std::size_t wanted() const { return std::size_t{request.slots} + request.prefetch; }

  /// Takes or skips the row; whether to go on.
  bool visit(const Rows& rows) {
    if (known != nullptr && !known->contains(std::string{rows.text(JobColumn::worker)})) {
      if (in_front) {
        ++unknown_in_front;
        last_unknown = {rows.integer(JobColumn::priority), rows.integer(JobColumn::id)};
      }
      return true;
    }
    in_front = false;
    if (const auto time = rows.time(JobColumn::scheduled_at); time > now) {
      note_early(rows.integer(JobColumn::id), time);
      return true;
    }
    auto job = read_job(rows);
    if (jobs.size() >= request.slots && next_is_last(job))
      return false;
    jobs.push_back(std::move(job));
    return jobs.size() < wanted();
  }

  void note_early(std::int64_t id, UnixTime time) {
    if (early.size() < parked_at_once_max)
      early.push_back(id);
    if (!earliest || time < *earliest)
      earliest = time;
  }
};

Claims::Claims(sqlite3* connection) noexcept
  : has_available_(connection, sql::sqlite::has_available),
    available_(connection, sql::sqlite::available_jobs),
    claim_(connection, sql::sqlite::claim_jobs), park_(connection, sql::sqlite::park_job) {}

bool Claims::has_candidates(std::string_view queue) {
  return has_available_.query(queue).next();
}

std::vector<Job> Claims::take(const ClaimRequest& request, std::optional<std::int64_t> node,
                              UnixTime now) {
  Walk pass{request, request.known_workers.get(), now};
  if (pass.wanted() > 0)
    walk(pass);
  write(pass.jobs, node, now);
  remember(pass);
  if (pass.early.size() > early_jobs_max)
    park(pass.early);
  if (pass.earliest && (!earliest_ || *pass.earliest < *earliest_))
    earliest_ = pass.earliest;
  return std::move(pass.jobs);
}

void Claims::walk(Walk& walk) {
  const auto [priority, id] = start_of(walk.request);
  auto rows = available_.query(walk.request.queue, priority, id);
  while (rows.next() && walk.visit(rows)) {
  }
}

/// Runs of consecutive ids are what a bulk enqueue leaves behind.
void Claims::write(std::vector<Job>& jobs, std::optional<std::int64_t> node, UnixTime now) {
  for (std::size_t first = 0, next = 0; first < jobs.size(); first = next) {
    next = first + 1;
    while (next < jobs.size() && jobs[next].id == jobs[next - 1].id + 1)
      ++next;
    claim_.execute(jobs[first].id, jobs[next - 1].id, now, node);
  }
  for (auto& job : jobs)
    start(job, node, now);
}

void Claims::remember(const Walk& walk) {
  if (walk.unknown_in_front < worth_remembering)
    return;
  auto& places = places_[walk.request.queue];
  if (places.size() >= claimants_max)
    places.clear();
  places.insert_or_assign(walk.request.known_workers, walk.last_unknown);
}

Claims::Place Claims::start_of(const ClaimRequest& request) const {
  if (const auto places = places_.find(request.queue); places != places_.end())
    if (const auto place = places->second.find(request.known_workers);
        place != places->second.end())
      return place->second;
  return {std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::int64_t>::min()};
}

void Claims::inserted(std::string_view queue, std::int32_t priority) {
  if (const auto places = places_.find(queue); places != places_.end())
    std::erase_if(places->second,
                  [&](const auto& entry) { return priority < entry.second.priority; });
}

void Claims::park(const std::vector<std::int64_t>& early) {
  for (const auto id : early)
    park_.execute(id);
}

} // namespace zzz_jobs::detail::sqlite
