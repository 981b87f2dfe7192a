#pragma once

#include "support/catch.hpp"
#include "support/supervisors.hpp"

#include <zzz_jobs/actors/runtime/actor_engine_impl.hpp>

#include <atomic>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <unordered_set>
#include <utility>
#include <vector>

namespace zzz_jobs::tests {

using support::eventually;

/// A guest with the words of the tests, and what it has heard.
class Visit {
public:
  explicit Visit(AnySupervisor& host, std::string name = "guest")
    : guest_(host.admit_guest(std::move(name), listener())) {}

  BatchResult apply(Batch batch) { return send(std::move(batch)).get(); }
  /// When it returns, the batch is where the supervisor's turns are made.
  std::future<BatchResult> send(Batch batch) {
    auto promise = std::make_shared<std::promise<BatchResult>>();
    auto answer = promise->get_future();
    guest_->apply(std::move(batch), [promise](BatchResult result, const std::exception_ptr& error) {
      error ? promise->set_exception(error) : promise->set_value(std::move(result));
    });
    return answer;
  }
  std::vector<Job> claim(std::uint32_t slots, std::vector<std::string> workers = {"w"}) {
    Batch batch;
    batch.claims.push_back(
      {.queue = "default",
       .slots = slots,
       .known_workers =
         std::make_shared<const std::unordered_set<std::string>>(workers.begin(), workers.end())});
    return apply(std::move(batch)).claimed.at(0);
  }
  /// Claims until it gets one.
  Job claim_one() {
    std::vector<Job> jobs;
    REQUIRE(eventually([&] { return !(jobs = claim(1)).empty(); }));
    return jobs.front();
  }
  OutcomeResult end(const Job& job, OutcomeKind kind = OutcomeKind::complete) {
    return apply(end_of(job, kind)).outcomes.at(0);
  }
  static Batch end_of(const Job& job, OutcomeKind kind = OutcomeKind::complete) {
    Batch batch;
    batch.outcomes.push_back({.claim = job.claim(), .kind = kind, .error = "why"});
    return batch;
  }
  std::vector<Claim> open() {
    auto promise = std::make_shared<std::promise<void>>();
    std::vector<Claim> claims;
    guest_->call([&](AnyStore& store) { claims = guest_->open_claims(store, {"default"}).at(0); },
                 [promise](const std::exception_ptr& error) {
                   error ? promise->set_exception(error) : promise->set_value();
                 });
    promise->get_future().get();
    return claims;
  }
  void leave() { guest_.reset(); }
  [[nodiscard]] Guest& guest() const { return *guest_; }

  [[nodiscard]] int woken() const { return *woken_; }
  [[nodiscard]] int backs() const { return *backs_; }
  [[nodiscard]] std::int64_t cancelled() const { return *cancelled_; }

private:
  GuestListener listener() const {
    return {.signal =
              [woken = woken_, backs = backs_](StoreSignal signal) {
                *woken += signal == StoreSignal::jobs ? 1 : 0;
                *backs += signal == StoreSignal::back ? 1 : 0;
              },
            .cancelled = [id = cancelled_](const Claim& claim) { *id = claim.job_id; }};
  }
  std::shared_ptr<std::atomic<int>> woken_ = std::make_shared<std::atomic<int>>(0);
  std::shared_ptr<std::atomic<int>> backs_ = std::make_shared<std::atomic<int>>(0);
  std::shared_ptr<std::atomic<std::int64_t>> cancelled_ =
    std::make_shared<std::atomic<std::int64_t>>(0);
  std::shared_ptr<Guest> guest_;
};

inline void kill_store_actor(AnySupervisor& supervisor) {
  auto& directory = dynamic_cast<runtime::ActorEngine&>(supervisor.engine()).directory();
  const auto victim = directory.store();
  caf::anon_send_exit(victim, caf::exit_reason::kill);
  REQUIRE(eventually([&] { return directory.store() && directory.store() != victim; }));
}

/// The supervisor's store has something else to do until `release`: what comes
/// meanwhile waits, and is the next turn.
class HeldStore {
public:
  explicit HeldStore(AnySupervisor& supervisor)
    : supervisor_(supervisor),
      thread_([this] { supervisor_.with_store([this](AnyStore&) { door_.wait(); }); }) {
    REQUIRE(door_.has_waiting(1));
  }
  ~HeldStore() { release(); }
  HeldStore(const HeldStore&) = delete;
  HeldStore& operator=(const HeldStore&) = delete;

  /// AnySupervisor::enqueue that does not wait for its answer.
  std::future<std::vector<Enqueued>> send(const std::string& worker) {
    auto promise = std::make_shared<std::promise<std::vector<Enqueued>>>();
    auto done = [promise](std::vector<Enqueued> jobs, const std::exception_ptr& error) {
      error ? promise->set_exception(error) : promise->set_value(std::move(jobs));
    };
    auto& engine = dynamic_cast<runtime::ActorEngine&>(supervisor_.engine());
    caf::anon_send(engine.directory().store(),
                   runtime::EnqueueMsg{std::make_shared<runtime::EnqueueCall>(
                     std::vector{make_new_job(worker, "", {})}, std::move(done))});
    return promise->get_future();
  }
  void release() {
    door_.open();
    if (thread_.joinable())
      thread_.join();
  }

private:
  AnySupervisor& supervisor_;
  support::Door door_{};
  std::thread thread_;
};

/// Runs what no guest takes.
inline void start_with_worker(AnySupervisor& supervisor, const std::string& worker) {
  supervisor.register_worker(worker, [](std::string_view, JobContext&) {});
  supervisor.start();
}

} // namespace zzz_jobs::tests
