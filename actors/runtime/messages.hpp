#pragma once

#include <zzz_jobs/actors/job_context.hpp>
#include <zzz_jobs/actors/runtime/assignment.hpp>
#include <zzz_jobs/actors/runtime/store_calls.hpp>
#include <zzz_jobs/actors/runtime/telemetry_inbox.hpp>

#include <caf/actor.hpp>
#include <caf/allowed_unsafe_message_type.hpp>
#include <caf/atom.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

// What the actors of one process say to each other. None of it crosses a node.
// Every handler answers nothing; answers are messages of their own.

namespace zzz_jobs::runtime {

// --- to oneself -----------------------------------------------------------------

/// Store actor: answers everything that has arrived before this message.
using turn_atom = caf::atom_constant<caf::atom("turn")>;
/// Store actor: a time is reached at which jobs become due or an outage is retried.
using alarm_atom = caf::atom_constant<caf::atom("alarm")>;
/// Store actor: outcomes whose rows others held are tried again.
using locked_atom = caf::atom_constant<caf::atom("locked")>;
/// Timer of who looks at something regularly.
using look_atom = caf::atom_constant<caf::atom("look")>;
/// Queue supervisor: asks the store though nothing announced a job.
using poll_atom = caf::atom_constant<caf::atom("poll")>;
/// Queue supervisor: sends a CheckMsg.
using check_atom = caf::atom_constant<caf::atom("check")>;

// --- to the store actor -----------------------------------------------------------

struct EnqueueMsg {
  std::shared_ptr<EnqueueCall> call{};
};
struct StoreCallMsg {
  std::shared_ptr<StoreCall> call{};
};
struct GuestBatchMsg {
  std::shared_ptr<GuestCall> call{};
};
/// A guest is gone: the guest book knows what it has left open.
struct GuestLeftMsg {};
/// A queue supervisor introduces itself, to a new store actor again, and says
/// which executions it answers for; the queue's other ones are lost.
struct HelloMsg {
  std::string queue{};
  caf::actor supervisor{};
  std::vector<Claim> held{};
  bool direct_start = true; ///< new jobs of the queue may start by their insertion
};
/// From time to time: the executions that the queue supervisor answers for. Void
/// where it has not had all JobsMsg yet.
struct CheckMsg {
  std::string queue{};
  std::vector<Claim> held{};
  std::uint64_t jobs_messages = 0;
  bool asked_for = false; ///< answers a CompareClaimsMsg
};
/// So many further jobs are wanted by the queue.
struct DemandMsg {
  std::string queue{};
  std::uint32_t slots = 0;    ///< to start at once; wanted until they come
  std::uint32_t prefetch = 0; ///< to start soon; wanted of what waits now
  bool poll = false;          ///< jobs may have come that nobody announced
};
/// Nothing is wanted any more; confirmed by WithdrawnMsg.
struct WithdrawMsg {
  std::string queue{};
};
struct ReportMsg {
  std::string queue{};
  std::shared_ptr<Report> report{};
};
/// Jobs may have become available in any queue.
struct LookAgainMsg {};
/// The store can be reached again: no further pause.
struct StoreBackMsg {};
/// To queue supervisors: other nodes may have ended executions of this one.
struct CompareClaimsMsg {};
/// To the rescuer: a node is dead.
struct RescueNowMsg {};

// --- to a queue supervisor ----------------------------------------------------------

/// From now on this is the store actor.
struct StoreActorMsg {
  caf::actor store{};
};
struct JobsMsg {
  std::shared_ptr<std::vector<Job>> jobs{};
  /// As many as were wanted: further ones may wait. Otherwise nothing is wanted
  /// ahead any more, until it is asked for again.
  bool more = false;
};
struct WithdrawnMsg {};
/// This report is recorded.
struct RecordedMsg {
  std::shared_ptr<Report> report{};
};
/// From a worker: there is news of the assignment, or it is worked through.
struct AssignmentMsg {
  std::size_t slot = 0;
  std::shared_ptr<Assignment> assignment{};
  bool done = false;
};
struct ProgressMsg {
  Progress progress{};
};
/// The queue was paused: what is not started goes back.
struct PausedMsg {};
struct ConcurrencyMsg {
  std::uint32_t concurrency = 0;
};
/// How often the store is asked has changed: see QueueGauge.
struct PollIntervalMsg {};
/// Claims no more and calls `drained` when nothing runs or waits for the store.
struct DrainMsg {
  std::function<void()> drained{};
};
/// Fires the stop tokens of all running handlers.
struct StopAllMsg {
  StopReason reason = StopReason::shutdown;
};
/// Hands back what still runs, whatever its handlers do later.
struct AbandonMsg {};

/// This execution's handler shall stop.
struct StopJobMsg {
  Claim claim{};
  StopReason reason = StopReason::cancelled;
};

// --- to a worker ------------------------------------------------------------------

struct AssignMsg {
  std::size_t slot = 0;
  std::shared_ptr<Assignment> assignment{};
};
/// From the handler's thread: the assignment is worked through.
struct WorkedMsg {};

// --- to a telemetry actor ---------------------------------------------------------

struct EventsMsg {
  Events events{};
};
/// From the handler's thread: the events are handled.
struct HandledMsg {
  std::size_t count = 0;
};

// --- to the cron scheduler ----------------------------------------------------------

/// What the store knows of the entries' ticks.
struct CronTicksMsg {
  std::vector<std::pair<std::string, UnixTime>> last{};
  UnixTime now{}; ///< the store's
};

// --- to the keeper ------------------------------------------------------------------

struct StartMsg {};
/// There is a further queue in the table.
struct QueueAddedMsg {};
/// Drains a queue that is leaving.
struct DropQueueMsg {
  std::string queue{};
};
/// From there: nothing of it runs any more.
struct QueueDrainedMsg {
  std::string queue{};
};
/// Ends cron, rescuer and pruner: the supervisor is being stopped.
struct StopMaintenanceMsg {};
/// Ends all actors, then itself.
struct EndMsg {};
struct AddTelemetryMsg {
  std::uint64_t id = 0;
  TelemetryHandler handler{};
  std::shared_ptr<TelemetryInbox> inbox{};
};
struct RemoveTelemetryMsg {
  std::uint64_t id = 0;
};
/// To the cron scheduler too: the table has changed.
struct CronsChangedMsg {};
/// To actors that are ended in order: ends the receiver.
struct QuitMsg {};

} // namespace zzz_jobs::runtime

#define ZZZ_JOBS_LOCAL_MESSAGE(name) CAF_ALLOW_UNSAFE_MESSAGE_TYPE(zzz_jobs::runtime::name)
ZZZ_JOBS_LOCAL_MESSAGE(EnqueueMsg)
ZZZ_JOBS_LOCAL_MESSAGE(StoreCallMsg)
ZZZ_JOBS_LOCAL_MESSAGE(GuestBatchMsg)
ZZZ_JOBS_LOCAL_MESSAGE(GuestLeftMsg)
ZZZ_JOBS_LOCAL_MESSAGE(HelloMsg)
ZZZ_JOBS_LOCAL_MESSAGE(CheckMsg)
ZZZ_JOBS_LOCAL_MESSAGE(DemandMsg)
ZZZ_JOBS_LOCAL_MESSAGE(WithdrawMsg)
ZZZ_JOBS_LOCAL_MESSAGE(ReportMsg)
ZZZ_JOBS_LOCAL_MESSAGE(LookAgainMsg)
ZZZ_JOBS_LOCAL_MESSAGE(StoreBackMsg)
ZZZ_JOBS_LOCAL_MESSAGE(CompareClaimsMsg)
ZZZ_JOBS_LOCAL_MESSAGE(RescueNowMsg)
ZZZ_JOBS_LOCAL_MESSAGE(StoreActorMsg)
ZZZ_JOBS_LOCAL_MESSAGE(JobsMsg)
ZZZ_JOBS_LOCAL_MESSAGE(WithdrawnMsg)
ZZZ_JOBS_LOCAL_MESSAGE(RecordedMsg)
ZZZ_JOBS_LOCAL_MESSAGE(AssignmentMsg)
ZZZ_JOBS_LOCAL_MESSAGE(ProgressMsg)
ZZZ_JOBS_LOCAL_MESSAGE(PausedMsg)
ZZZ_JOBS_LOCAL_MESSAGE(ConcurrencyMsg)
ZZZ_JOBS_LOCAL_MESSAGE(PollIntervalMsg)
ZZZ_JOBS_LOCAL_MESSAGE(DrainMsg)
ZZZ_JOBS_LOCAL_MESSAGE(StopAllMsg)
ZZZ_JOBS_LOCAL_MESSAGE(AbandonMsg)
ZZZ_JOBS_LOCAL_MESSAGE(StopJobMsg)
ZZZ_JOBS_LOCAL_MESSAGE(AssignMsg)
ZZZ_JOBS_LOCAL_MESSAGE(WorkedMsg)
ZZZ_JOBS_LOCAL_MESSAGE(EventsMsg)
ZZZ_JOBS_LOCAL_MESSAGE(HandledMsg)
ZZZ_JOBS_LOCAL_MESSAGE(CronTicksMsg)
ZZZ_JOBS_LOCAL_MESSAGE(StartMsg)
ZZZ_JOBS_LOCAL_MESSAGE(QueueAddedMsg)
ZZZ_JOBS_LOCAL_MESSAGE(DropQueueMsg)
ZZZ_JOBS_LOCAL_MESSAGE(QueueDrainedMsg)
ZZZ_JOBS_LOCAL_MESSAGE(StopMaintenanceMsg)
ZZZ_JOBS_LOCAL_MESSAGE(EndMsg)
ZZZ_JOBS_LOCAL_MESSAGE(AddTelemetryMsg)
ZZZ_JOBS_LOCAL_MESSAGE(RemoveTelemetryMsg)
ZZZ_JOBS_LOCAL_MESSAGE(CronsChangedMsg)
ZZZ_JOBS_LOCAL_MESSAGE(QuitMsg)
#undef ZZZ_JOBS_LOCAL_MESSAGE
