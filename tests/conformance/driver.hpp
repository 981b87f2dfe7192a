#pragma once

#include <zzz_jobs/conformance/catch.hpp>
#include <zzz_jobs/conformance/fixture.hpp>
#include <zzz_jobs/conformance/left_out.hpp>

#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <vector>

#ifndef ZZZ_JOBS_CONFORMANCE_FIXTURES
#error "define ZZZ_JOBS_CONFORMANCE_FIXTURES as the name of a std::tuple of fixtures"
#endif

namespace zzz_jobs::conformance {

using namespace std::chrono_literals;

[[nodiscard]] inline KnownWorkers workers(std::initializer_list<std::string> names) {
  return std::make_shared<const std::unordered_set<std::string>>(names);
}

template <class Jobs>
[[nodiscard]] std::vector<std::int64_t> ids(const Jobs& jobs) {
  std::vector<std::int64_t> all;
  for (const auto& job : jobs)
    all.push_back(job.id);
  return all;
}

/// The code of the Error that `action` throws; no error is code 0. `text`, if
/// given, must be part of its message.
template <class Action>
[[nodiscard]] errc code_of(Action&& action, std::string_view text = "") {
  try {
    action();
  } catch (const Error& error) {
    INFO(error.what());
    CHECK(std::string{error.what()}.find(text) != std::string::npos);
    return error.code();
  }
  return errc{};
}

/// A fixture with the words of the tests: turns of one part each.
template <Fixture F>
class Driver : public F {
public:
  using F::F;

  /// Enqueues in queue "mail" unless told otherwise; the id.
  std::int64_t add(JobOpts opts = {}, std::string_view worker = "mailer",
                   std::string_view args = "{}") {
    if (!opts.queue)
      opts.queue = "mail";
    return this->store().enqueue(worker, args, opts).id;
  }

  BatchResult apply(Batch batch) { return this->store().apply(batch); }

  Enqueued enqueue(NewJob job) {
    Batch batch;
    batch.enqueues.push_back(std::move(job));
    return apply(std::move(batch)).enqueued.at(0);
  }

  std::vector<Job> claim(std::uint32_t slots, KnownWorkers known = {},
                         std::string_view queue = "mail", std::uint32_t prefetch = 0) {
    Batch batch;
    batch.claims.push_back({.queue = std::string{queue},
                            .slots = slots,
                            .prefetch = prefetch,
                            .known_workers = std::move(known)});
    return apply(std::move(batch)).claimed.at(0);
  }

  /// The one job that a claim of one must find.
  Job claim_one(std::string_view queue = "mail") {
    auto jobs = claim(1, {}, queue);
    REQUIRE(jobs.size() == 1);
    return std::move(jobs.front());
  }

  OutcomeResult end(Outcome outcome) {
    Batch batch;
    batch.outcomes.push_back(std::move(outcome));
    return apply(std::move(batch)).outcomes.at(0);
  }
  OutcomeResult end(const Job& job, OutcomeKind kind, std::chrono::seconds delay = 0s,
                    std::string error = "why") {
    return end({.claim = job.claim(), .kind = kind, .delay = delay, .error = std::move(error)});
  }
  OutcomeResult complete(const Job& job) { return end(job, OutcomeKind::complete); }

  /// The job, which must be there.
  Job job(std::int64_t id) {
    auto found = this->find(id);
    REQUIRE(found);
    return *std::move(found);
  }
  JobState state(std::int64_t id) { return job(id).state; }
  UnixTime now() { return this->store().now(); }
  std::int64_t count(JobState in, std::string_view queue = "mail") {
    return static_cast<std::int64_t>(this->store().count_by_state(queue, in));
  }
};

[[nodiscard]] inline NewJob new_job(JobOpts opts = {}, std::string_view worker = "mailer",
                                    std::string args = "{}") {
  if (!opts.queue)
    opts.queue = "mail";
  return make_new_job(worker, std::move(args), opts);
}

inline constexpr OutcomeKind every_outcome[]{
  OutcomeKind::complete, OutcomeKind::fail,    OutcomeKind::discard, OutcomeKind::cancel,
  OutcomeKind::snooze,   OutcomeKind::release, OutcomeKind::rescue};

} // namespace zzz_jobs::conformance
