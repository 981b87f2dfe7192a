#pragma once

#include <zzz_jobs/conformance/driver.hpp>
#include <zzz_jobs/conformance/model_jobs.hpp>

#include <cstdlib>
#include <map>
#include <random>
#include <set>

// Random operations, on the store and on the model beside it.

namespace zzz_jobs::conformance {

[[nodiscard]] inline std::uint64_t number_from_environment(const char* name,
                                                           std::uint64_t otherwise) {
  const char* text = std::getenv(name);
  return text ? std::strtoull(text, nullptr, 10) : otherwise;
}

template <Fixture F>
class RandomWalk {
public:
  explicit RandomWalk(std::uint64_t seed) : random_(seed) {}

  void step() {
    switch (below(16)) {
      case 0: store_.advance(std::chrono::seconds{below(40)}); break;
      case 1: change(store_.store().cancel(some_id()), &RandomWalk::cancelled); break;
      case 2: change(store_.store().retry(some_id()), &RandomWalk::retried); break;
      case 3: change(store_.store().remove(some_id()), &RandomWalk::removed); break;
      case 4: toggle_pause(); break;
      default: turn(); break;
    }
  }

  /// Compares everything, and that attempts only grew and final states stayed.
  void compare() {
    std::map<std::pair<std::string, JobState>, std::int64_t> counted;
    std::size_t listed = 0;
    Page page{.limit = 500};
    for (auto jobs = store_.store().list({}, page); !jobs.empty();
         jobs = store_.store().list({}, page)) {
      for (const auto& job : jobs) {
        compare(job);
        ++counted[{job.queue, job.state}];
      }
      listed += jobs.size();
      page.after_id = jobs.back().id;
    }
    REQUIRE(listed == model_.jobs.size());
    std::map<std::pair<std::string, JobState>, std::int64_t> counts;
    for (const auto& count : store_.store().counts())
      counts[{count.queue, count.state}] = count.count;
    REQUIRE(counts == counted);
  }

private:
  std::int64_t below(std::int64_t end) {
    return std::uniform_int_distribution<std::int64_t>{0, end - 1}(random_);
  }
  bool one_in(std::int64_t n) { return below(n) == 0; }
  std::string some_queue() { return "queue_" + std::to_string(below(2)); }
  /// Null: all. Now a set that was claimed for before, now a new one.
  KnownWorkers some_workers() {
    if (one_in(2))
      return {};
    return one_in(4) ? workers({some_worker(), some_worker()}) : one_in(2) ? these_ : those_;
  }
  std::string some_worker() { return "worker_" + std::to_string(below(3)); }
  std::int64_t some_id() { return asked_ = 1 + below(last_id_ + 2); }

  // --- by hand

  ChangeResult cancelled() { return model_.cancel(asked_); }
  ChangeResult retried() { return model_.retry(asked_, store_.now()); }
  ChangeResult removed() { return model_.remove(asked_); }

  void change(const Change& done, ChangeResult (RandomWalk::*in_model)()) {
    const auto found = model_.jobs.find(asked_);
    if (found != model_.jobs.end()) {
      REQUIRE(done.before == found->second.state);
      REQUIRE(done.queue == found->second.queue);
      if (done.before == JobState::executing)
        REQUIRE(done.claim == Claim{asked_, found->second.attempt});
    }
    REQUIRE(done.result == (this->*in_model)());
    const auto kept = store_.store().get(asked_);
    REQUIRE(kept.has_value() == model_.jobs.contains(asked_));
    if (kept && done.result == ChangeResult::changed && done.before != kept->state
        && is_final(done.before))
      last_seen_[asked_].state = kept->state; // a retry: the one way out of a final state
  }

  void toggle_pause() {
    const auto queue = some_queue();
    if (model_.paused.erase(queue) > 0) {
      store_.store().resume_queue(queue);
    } else if (one_in(3)) {
      model_.paused.insert(queue);
      store_.store().pause(queue);
    }
  }

  // --- turns

  void turn() {
    Batch batch;
    while (!open_.empty() && !one_in(4))
      batch.outcomes.push_back(some_outcome());
    for (auto n = below(4); n > 0; --n)
      batch.enqueues.push_back(some_job());
    for (auto n = below(3); n > 0; --n)
      batch.claims.push_back({.queue = some_queue(),
                              .slots = static_cast<std::uint32_t>(below(4)),
                              .prefetch = static_cast<std::uint32_t>(below(3)),
                              .known_workers = some_workers()});
    const auto before = batch;
    check(before, store_.store().apply(batch));
  }

  /// Of an execution that was open some time; it may be lost, or ended before.
  Outcome some_outcome() {
    const auto index = static_cast<std::size_t>(below(static_cast<std::int64_t>(open_.size())));
    Outcome outcome{.claim = open_[index],
                    .kind = every_outcome[static_cast<std::size_t>(below(7))],
                    .delay = std::chrono::seconds{below(60)},
                    .error = "why"};
    if (!one_in(4)) // else a late outcome follows one day
      open_.erase(open_.begin() + static_cast<std::ptrdiff_t>(index));
    return outcome;
  }

  NewJob some_job() {
    JobOpts opts{.queue = some_queue(),
                 .priority = static_cast<std::int32_t>(below(3)) - 1,
                 .max_attempts = static_cast<std::int32_t>(1 + below(3))};
    if (one_in(3))
      opts.delay = std::chrono::seconds{below(60)};
    if (one_in(3))
      opts.unique_key = "key_" + std::to_string(below(5));
    if (one_in(2))
      opts.unique_strategy = UniqueStrategy::cancel_existing;
    return make_new_job(some_worker(), "{}", opts);
  }

  void check(const Batch& batch, const BatchResult& result) {
    const auto now = store_.now();
    model_.promote(now);
    REQUIRE(result.outcomes.size() == batch.outcomes.size());
    for (std::size_t i = 0; i < batch.outcomes.size(); ++i) {
      REQUIRE(result.outcomes[i] == model_.end(batch.outcomes[i], now));
      if (result.outcomes[i] == OutcomeResult::applied)
        REQUIRE(result.outcome_states[i] == model_.jobs.at(batch.outcomes[i].claim.job_id).state);
    }
    REQUIRE(result.enqueued.size() == batch.enqueues.size());
    started_.clear();
    for (const auto& jobs : result.claimed)
      for (const auto id : ids(jobs))
        started_.insert(id);
    for (std::size_t i = 0; i < batch.enqueues.size(); ++i)
      check_enqueued(batch.enqueues[i], result.enqueued[i], now);
    REQUIRE(result.claimed.size() == batch.claims.size());
    for (std::size_t i = 0; i < batch.claims.size(); ++i)
      check_claimed(result.claimed[i], model_.claim(batch.claims[i]));
    REQUIRE(seconds(result.next_due) == seconds(model_.next_due()));
  }

  /// Printable; none is -1.
  static std::int64_t seconds(const std::optional<UnixTime>& time) {
    return time ? time->time_since_epoch().count() : -1;
  }

  void check_enqueued(const NewJob& job, const Enqueued& done, UnixTime now) {
    const auto holder = model_.holder(job.unique_key);
    REQUIRE(done.failed == errc{});
    if (holder != 0 && job.unique_strategy == UniqueStrategy::ignore_new) {
      REQUIRE(done.conflict);
      REQUIRE(done.id == holder);
      check_state(done);
      return;
    }
    REQUIRE_FALSE(done.conflict);
    REQUIRE(done.id > last_id_);
    last_id_ = done.id;
    if (holder != 0) {
      auto& old = model_.jobs.at(holder);
      REQUIRE(done.cancelled.has_value() == (old.state == JobState::executing));
      old.state = JobState::cancelled;
    }
    const auto start = job.delay ? now + *job.delay : UnixTime{};
    model_.jobs[done.id] = {.state = start > now ? JobState::scheduled : JobState::available,
                            .queue = job.queue,
                            .worker = job.worker,
                            .key = job.unique_key,
                            .priority = job.priority,
                            .max_attempts = job.max_attempts,
                            .scheduled_at = start};
    check_state(done);
  }

  /// A job that the batch also claimed may be executing from its insertion on.
  void check_state(const Enqueued& done) {
    const auto expected = model_.jobs.at(done.id).state;
    if (done.state == JobState::executing && expected == JobState::available)
      REQUIRE(started_.count(done.id) == 1);
    else
      REQUIRE(done.state == expected);
  }

  void check_claimed(const std::vector<Job>& jobs, const std::vector<std::int64_t>& expected) {
    REQUIRE(ids(jobs) == expected);
    for (const auto& job : jobs) {
      compare(job);
      open_.push_back(job.claim());
    }
  }

  void compare(const Job& job) {
    CAPTURE(job.id);
    const auto& expected = model_.jobs.at(job.id);
    REQUIRE(job.state == expected.state);
    REQUIRE(job.attempt == expected.attempt);
    REQUIRE(job.free_attempts == expected.free_attempts);
    REQUIRE(job.completed_at.has_value() == is_final(job.state));
    REQUIRE(job.node.has_value() == (job.state == JobState::executing));
    auto& seen = last_seen_[job.id];
    REQUIRE(job.attempt >= seen.attempt);
    if (is_final(seen.state))
      REQUIRE(job.state == seen.state);
    seen = {job.state, job.attempt};
  }

  struct Seen {
    JobState state = JobState::available;
    std::int32_t attempt = 0;
  };
  std::mt19937_64 random_;
  const KnownWorkers these_ = workers({"worker_0", "worker_1"});
  const KnownWorkers those_ = workers({"worker_1", "worker_2"});
  Driver<F> store_{};
  ModelJobs model_{};
  std::vector<Claim> open_{};
  std::set<std::int64_t> started_{}; ///< claimed by the batch
  std::map<std::int64_t, Seen> last_seen_{};
  std::int64_t last_id_ = 0;
  std::int64_t asked_ = 0;
};

TEMPLATE_LIST_TEST_CASE("random operations do what the reference model says",
                        "[conformance][model]", ZZZ_JOBS_CONFORMANCE_FIXTURES) {
  ZZZ_JOBS_CONFORMANCE_NEEDS(by_id)
  const auto seed = number_from_environment("ZZZ_JOBS_SEED", std::random_device{}());
  const auto steps = number_from_environment("ZZZ_JOBS_STEPS", 3000);
  INFO("replay with ZZZ_JOBS_SEED=" << seed << " ZZZ_JOBS_STEPS=" << steps);
  RandomWalk<TestType> walk{seed};
  for (std::uint64_t step = 1; step <= steps; ++step) {
    CAPTURE(step);
    walk.step();
    if (step % 100 == 0)
      walk.compare();
  }
  walk.compare();
}

} // namespace zzz_jobs::conformance
