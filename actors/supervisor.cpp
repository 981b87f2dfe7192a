#include <zzz_jobs/actors/any_supervisor.hpp>

#include <zzz_jobs/actors/runtime/actor_engine.hpp>
#include <zzz_jobs/actors/runtime/direct_engine.hpp>
#include <zzz_jobs/actors/runtime/shared.hpp>

#include <algorithm>
#include <utility>

namespace zzz_jobs {
namespace {

SupervisorConfig checked(SupervisorConfig config) {
  const auto problems = problems_of(config);
  if (problems.empty())
    return config;
  std::string text;
  for (const auto& problem : problems)
    text += (text.empty() ? "" : "; ") + problem;
  throw Error(errc::invalid_argument, text);
}

} // namespace

AnySupervisor::AnySupervisor(std::unique_ptr<AnyStore> store, SupervisorConfig config,
                             caf::actor_system* system)
  : shared_(std::make_shared<runtime::Shared>(checked(std::move(config)))) {
  if (shared_->config.mode == RunMode::actors)
    engine_ = runtime::make_actor_engine(shared_, std::move(store), system);
  else
    engine_ = std::make_unique<runtime::DirectEngine>(shared_, std::move(store));
}

AnySupervisor::~AnySupervisor() {
  stop();
  // Telemetry handlers hear the last events meanwhile, and may still call us.
  engine_->end();
}

void AnySupervisor::register_worker(WorkerDef worker) {
  check_name("worker", worker.name, config().limits.name_bytes_max);
  if (!worker.handler)
    throw Error(errc::invalid_argument,
                "worker \"" + worker.name + "\": handler must not be empty");
  (void)make_new_job(worker.name, {}, worker.opts, config().limits);
  shared_->workers.add(std::move(worker));
  engine_->look_again();
}

Job AnySupervisor::enqueue(std::string_view worker, std::string args, const JobOpts& opts) {
  check_running();
  auto row = shared_->new_job(worker, std::move(args), opts);
  auto job = as_job(row);
  std::vector<NewJob> rows;
  rows.push_back(std::move(row));
  const auto answer = engine_->enqueue(std::move(rows)).front();
  if (answer.failed != errc{})
    throw Error(answer.failed, answer.error);
  job.id = answer.id;
  job.state = answer.state;
  job.inserted_at = answer.inserted_at;
  job.scheduled_at = answer.scheduled_at;
  return answer.conflict ? live_job(std::move(job)) : job;
}

/// The job that had the key, as it is; as far as it is known where the store cannot say
/// more, or where it has ended and been pruned by now.
Job AnySupervisor::live_job(Job job) {
  try {
    if (auto existing = get(job.id))
      job = std::move(*existing);
  } catch (const Error& error) {
    if (error.code() != errc::unsupported)
      throw;
  }
  job.conflict = true;
  return job;
}

std::vector<Enqueued> AnySupervisor::enqueue_many(std::vector<JobRequest> jobs) {
  check_running();
  if (jobs.size() > config().limits.enqueue_many_max)
    throw Error(errc::too_large,
                "enqueue_many: must be at most " + std::to_string(config().limits.enqueue_many_max)
                  + " jobs, got " + std::to_string(jobs.size()));
  if (jobs.empty())
    return {};
  std::vector<NewJob> rows;
  rows.reserve(jobs.size());
  for (auto& job : jobs)
    rows.push_back(shared_->new_job(job.worker, std::move(job.args), job.opts));
  return engine_->enqueue(std::move(rows));
}

void AnySupervisor::start() {
  const std::lock_guard lock(stopping_);
  check_running();
  if (!started_.exchange(true))
    engine_->start();
}

bool AnySupervisor::stop() {
  const std::lock_guard lock(stopping_);
  if (!stopped_) {
    clean_ = engine_->stop();
    stopped_ = true;
  }
  return clean_;
}

void AnySupervisor::hurry_stop() {
  engine_->hurry_stop();
}

void AnySupervisor::look_again() {
  engine_->look_again();
}

namespace {

/// The supervisor in whose transaction this thread is.
thread_local const AnySupervisor* in_transaction_of = nullptr;

} // namespace

void AnySupervisor::run_transaction(const std::function<void()>& work) {
  check_running();
  const auto* before = std::exchange(in_transaction_of, this);
  try {
    work();
  } catch (...) {
    in_transaction_of = before;
    throw;
  }
  in_transaction_of = before;
  engine_->look_again();
  shared_->notices.tell({.kind = Notice::Kind::jobs});
}

/// Within its transaction a thread holds the store, which the call would wait for.
void AnySupervisor::check_not_in_transaction() const {
  if (in_transaction_of == this)
    throw Error(errc::not_allowed,
                "supervisor: called from within its own transaction(); use the "
                "connection there, and enqueue(connection, ...)");
}

void AnySupervisor::check_running() const {
  check_not_in_transaction();
  if (stopped_)
    throw Error(errc::not_allowed, "supervisor: it is stopped");
}

void AnySupervisor::with_store(const std::function<void(AnyStore&)>& work) {
  check_not_in_transaction();
  engine_->with_store(work);
}

std::shared_ptr<Guest> AnySupervisor::admit_guest(std::string name, GuestListener listener) {
  check_running();
  return engine_->admit_guest(std::move(name), std::move(listener));
}

// --- workers -------------------------------------------------------------------------

bool AnySupervisor::remove_worker(std::string_view name) {
  return shared_->workers.remove(name);
}

std::vector<std::string> AnySupervisor::worker_names() const {
  const auto names = shared_->workers.names();
  std::vector<std::string> sorted{names->begin(), names->end()};
  std::sort(sorted.begin(), sorted.end());
  return sorted;
}

// --- other nodes ------------------------------------------------------------------

void AnySupervisor::on_notice(NoticeSink sink) {
  shared_->notices.set(std::move(sink));
}

void AnySupervisor::notice(const Notice& notice) {
  switch (notice.kind) {
    case Notice::Kind::jobs:
    case Notice::Kind::resumed: engine_->look_again(); return;
    case Notice::Kind::paused: engine_->queue_paused(notice.queue, true); return;
    case Notice::Kind::cancelled:
      if (notice.claim.job_id == 0)
        engine_->compare_claims();
      else
        engine_->cancelled(notice.claim);
      return;
  }
}

// --- jobs -------------------------------------------------------------------------

std::optional<Job> AnySupervisor::get(std::int64_t id) {
  std::optional<Job> job;
  with_store([&](AnyStore& store) { job = store.get(id); });
  return job;
}

std::vector<Job> AnySupervisor::list(const JobFilter& filter, const Page& page) {
  std::vector<Job> jobs;
  with_store([&](AnyStore& store) { jobs = store.list(filter, page); });
  return jobs;
}

std::vector<QueueCount> AnySupervisor::counts() {
  std::vector<QueueCount> counts;
  with_store([&](AnyStore& store) { counts = store.counts(); });
  return counts;
}

std::int64_t AnySupervisor::count_by_state(std::string_view queue, JobState state) {
  std::int64_t count = 0;
  with_store([&](AnyStore& store) { count = store.count_by_state(queue, state); });
  return count;
}

std::uint32_t AnySupervisor::rescue_stuck(std::chrono::seconds age) {
  std::uint32_t count = 0;
  with_store([&](AnyStore& store) { count = store.rescue_stuck(age); });
  shared_->counters.rescued.fetch_add(count);
  engine_->look_again();
  return count;
}

std::uint32_t AnySupervisor::delete_completed(UnixTime older_than) {
  std::uint32_t count = 0;
  with_store([&](AnyStore& store) { count = store.delete_completed(older_than); });
  return count;
}

// --- events and numbers -------------------------------------------------------------

std::uint64_t AnySupervisor::attach_telemetry(TelemetryHandler handler) {
  if (!handler)
    throw Error(errc::invalid_argument, "telemetry: handler must not be empty");
  return engine_->attach_telemetry(std::move(handler));
}

void AnySupervisor::detach_telemetry(std::uint64_t id) {
  engine_->detach_telemetry(id);
}

std::optional<StoreTrouble> AnySupervisor::store_trouble() const {
  return shared_->trouble.now();
}

Stats AnySupervisor::stats() const {
  return shared_->counters.snapshot();
}

const SupervisorConfig& AnySupervisor::config() const noexcept {
  return shared_->config;
}

} // namespace zzz_jobs
