#include <zzz_jobs/stores/detail/pg_claims.hpp>

#include <algorithm>
#include <utility>

namespace zzz_jobs::detail::pg {
namespace {

/// Of claim_jobs.sql.
struct Column {
  enum : int {
    id,
    worker,
    args,
    priority,
    attempt,
    max_attempts,
    free_attempts,
    timeout_s,
    scheduled_at,
    inserted_at,
    errors,
    unique_key,
    result,
  };
};

Job read_claimed(const Rows& rows, int row, const Claims::Wish& wish) {
  Job job;
  job.id = rows.integer(row, Column::id);
  job.state = JobState::executing;
  job.queue = wish.request.queue;
  job.worker = rows.text(row, Column::worker);
  job.args = rows.text(row, Column::args);
  job.priority = rows.integer32(row, Column::priority);
  job.attempt = rows.integer32(row, Column::attempt);
  job.max_attempts = rows.integer32(row, Column::max_attempts);
  job.free_attempts = rows.integer32(row, Column::free_attempts);
  job.timeout = std::chrono::seconds{rows.integer(row, Column::timeout_s)};
  job.scheduled_at = rows.time(row, Column::scheduled_at);
  job.inserted_at = rows.time(row, Column::inserted_at);
  job.errors = rows.text(row, Column::errors);
  job.unique_key = rows.optional_text(row, Column::unique_key);
  job.result = rows.optional_text(row, Column::result);
  job.attempted_at = wish.now;
  job.node = wish.node;
  return job;
}

/// So many sets of workers are told apart in a queue; sets that are no longer in
/// use are among them.
constexpr std::size_t claimants_max = 64;

void add_names(Params& params, const KnownWorkers& known) {
  if (known)
    params.add_texts(*known, [](const std::string& name) { return &name; });
  else
    params.add_null();
}

} // namespace

bool Claims::has_candidates(const ClaimRequest& request) const {
  const auto found = places_.find(request.queue);
  return found == places_.end()
    || std::none_of(found->second.begin(), found->second.end(), [&](const Place& place) {
           return place.is_empty && place.known == request.known_workers;
         });
}

QueueNames Claims::empty() const {
  QueueNames names;
  for (const auto& [queue, places] : places_)
    if (std::any_of(places.begin(), places.end(), [](const auto& place) { return place.is_empty; }))
      names.insert(queue);
  return names;
}

Claims::Place& Claims::place_of(const ClaimRequest& request) {
  auto& places = places_[request.queue];
  const auto found = std::find_if(places.begin(), places.end(), [&](const Place& place) {
    return place.known == request.known_workers;
  });
  if (found != places.end())
    return *found;
  if (places.size() >= claimants_max)
    places.erase(places.begin());
  return places.emplace_back(Place{.known = request.known_workers});
}

void Claims::send(Pipeline& pipeline, const Wish& wish, std::vector<Job>& jobs,
                  Findings& findings) {
  const auto& request = wish.request;
  const auto& place = place_of(request);
  const auto& marks = place.marks;
  const auto unmarked = [&](const NewJob& job) {
    return job.queue == request.queue && !marks.all().contains(job.priority);
  };
  const bool plain = wish.from_front || marks.is_plain_next(std::chrono::steady_clock::now())
    || std::any_of(wish.fresh.begin(), wish.fresh.end(), unmarked);
  Params params;
  params.add(std::string_view{request.queue});
  params.add(wish.now);
  params.add(static_cast<std::int32_t>(request.slots));
  params.add(static_cast<std::int32_t>(request.prefetch));
  add_names(params, request.known_workers);
  params.add(wish.node);
  if (!plain)
    add_marks(params, marks);
  auto& claims = findings.claims_;
  claims.push_back({.request = request, .plain = plain, .news = place.news});
  pipeline.send(
    plain ? Query::claim_jobs : Query::claim_jobs_from_marks, std::move(params),
    [this, &pipeline, wish, plain, &jobs, &claims, i = claims.size() - 1](const Rows& rows) {
      read(rows, wish, plain, jobs);
      const auto wanted = wish.request.slots + wish.request.prefetch;
      auto& claim = claims[i];
      claim.is_short = jobs.size() < wanted;
      claim.none_left = jobs.size() < wish.request.slots;
      claim.rows = jobs.size();
      claim.time = std::chrono::steady_clock::now() - pipeline.last_answer();
    });
}

void Claims::add_marks(Params& params, const Marks& marks) const {
  params.add_int32s(marks.all(), [](const auto& mark) { return mark.first; });
  params.add_int64s(marks.all(), [](const auto& mark) { return mark.second; });
}

/// UPDATE answers in no order.
void Claims::read(const Rows& rows, const Wish& wish, bool plain, std::vector<Job>& jobs) {
  auto& marks = place_of(wish.request).marks;
  jobs.reserve(jobs.size() + static_cast<std::size_t>(rows.size()));
  for (int row = 0; row < rows.size(); ++row)
    jobs.push_back(read_claimed(rows, row, wish));
  const auto before = [](const Job& a, const Job& b) {
    return a.priority != b.priority ? a.priority < b.priority : a.id < b.id;
  };
  if (!std::is_sorted(jobs.begin(), jobs.end(), before))
    std::sort(jobs.begin(), jobs.end(), before);
  for (const auto& job : jobs)
    marks.claimed(job.priority, job.id, plain);
}

void Claims::committed(const Findings& findings) {
  const auto now = std::chrono::steady_clock::now();
  for (const auto& claim : findings.claims_) {
    auto& place = place_of(claim.request);
    if (claim.plain) {
      place.marks.plain_took(now, claim.time, claim.rows);
      place.is_empty = claim.none_left && place.news == claim.news;
      continue;
    }
    place.is_empty = false; // marks may leave some out
    const auto again = place.marks.plain_at();
    if (claim.is_short && (!look_again_ || again < *look_again_))
      look_again_ = again;
  }
}

void Claims::woken(std::string_view queue) {
  if (const auto found = places_.find(queue); found != places_.end())
    for (auto& place : found->second)
      place.may_have_jobs();
}

/// Claimants that cannot run it learn nothing.
void Claims::inserted(const NewJob& job, std::int64_t id) {
  const auto found = places_.find(job.queue);
  if (found == places_.end())
    return;
  for (auto& place : found->second)
    if (!place.known || place.known->contains(job.worker)) {
      place.may_have_jobs();
      place.marks.inserted(job.priority, id);
    }
}

void Claims::look_at(std::string_view queue) {
  if (const auto found = places_.find(queue); found != places_.end())
    for (auto& place : found->second) {
      place.may_have_jobs();
      place.marks.forget();
    }
}

void Claims::look_everywhere() {
  for (auto& [queue, places] : places_)
    for (auto& place : places) {
      place.may_have_jobs();
      place.marks.forget();
    }
}

} // namespace zzz_jobs::detail::pg
