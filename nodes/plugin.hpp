#pragma once

#include <zzz_jobs/actors/telemetry.hpp>
#include <zzz_jobs/actors/typed_worker.hpp>
#include <zzz_jobs/actors/worker_def.hpp>
#include <zzz_jobs/config/log.hpp>
#include <zzz_jobs/stores/job.hpp>

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

// For who writes a plug-in: a shared object with handlers, which a node loads at its
// start (`[[plugin]] path = "/usr/lib/zzz-jobs/images.so"`).
//
//   #include <zzz_jobs/nodes/plugin.hpp>
//
//   ZZZ_JOBS_PLUGIN(host) {
//     host.register_worker("resize", [](const Resize& args, zzz_jobs::JobContext& context) {
//       context.result(resized(args));
//     });
//   }
//
// Link it with zzz_jobs::zzz_jobs. It is never unloaded. Types of C++ pass between it
// and the node, so both must come from one version of this library and one standard
// library; a node refuses a plug-in that does not.

namespace zzz_jobs::node {

/// The node as its plug-ins see it. Lives as long as the handlers that they register;
/// all functions may be called from any thread.
class PluginHost {
public:
  PluginHost(const PluginHost&) = delete;
  PluginHost& operator=(const PluginHost&) = delete;

  /// Makes a worker known; only while the plug-in is loaded. All of a plug-in's become
  /// known together, or none if it throws.
  /// @throws Error(invalid_argument) as AnySupervisor::register_worker does, and if the
  /// node has a worker of this name; Error(not_allowed) later.
  virtual void register_worker(WorkerDef worker) = 0;

  /// The same from its parts; `handler` as for AnySupervisor::register_worker.
  template <class F>
  void register_worker(std::string name, F handler, JobOpts opts = {}, RetryStrategy retry = {}) {
    register_worker(WorkerDef{.name = std::move(name),
                              .handler = make_handler(std::move(handler)),
                              .opts = std::move(opts),
                              .retry = std::move(retry)});
  }

  /// Puts a job into the node's store, for handlers that have more to do; see
  /// AnySupervisor::enqueue. Not while the plug-in is loaded (not_allowed).
  virtual Job enqueue(std::string_view worker, std::string args, const JobOpts& opts) = 0;
  Job enqueue(std::string_view worker, std::string args = {}) {
    return enqueue(worker, std::move(args), JobOpts{});
  }
  /// The same with a struct for arguments.
  template <class Args>
    requires(!std::convertible_to<const Args&, std::string>)
  Job enqueue(std::string_view worker, const Args& args, const JobOpts& opts = {}) {
    return enqueue(worker, encode_args(args), opts);
  }

  /// Has `handler` hear what happens on this node, to jobs of other handlers too; see
  /// TelemetryHandler. Only while the plug-in is loaded (not_allowed).
  virtual void on_event(TelemetryHandler handler) = 0;

  /// Writes a line `name key=value ...` to the node's log.
  virtual void log(LogLevel level, std::string_view line) = 0;

protected:
  PluginHost() = default;
  ~PluginHost() = default;
};

/// Raised when what passes between a node and its plug-ins changes its meaning.
inline constexpr std::uint32_t plugin_abi = 1;

/// A number that differs where the types that pass have another layout.
[[nodiscard]] constexpr std::uint32_t plugin_layout() noexcept {
  std::uint32_t mixed = 2166136261U;
  for (const std::uint64_t size :
       {sizeof(WorkerDef), sizeof(JobContext), sizeof(Job), sizeof(JobOpts), sizeof(Outcome),
        sizeof(RetryStrategy), sizeof(StopSignal), sizeof(Limits), sizeof(std::string),
        sizeof(Handler), sizeof(Event)})
    mixed = (mixed ^ static_cast<std::uint32_t>(size)) * 16777619U;
  return mixed;
}

/// What a plug-in says of itself before it is called. Its own layout never changes.
struct PluginFacts {
  std::uint32_t abi = 0;
  std::uint32_t layout = 0;
};

} // namespace zzz_jobs::node

/// Begins a plug-in's entry point; `host` is a zzz_jobs::node::PluginHost&. What it
/// throws stops the node from starting, with its text.
#define ZZZ_JOBS_PLUGIN(host)                                                                      \
  extern "C" __attribute__((visibility("default"))) const ::zzz_jobs::node::PluginFacts*           \
  zzz_jobs_plugin_facts() noexcept {                                                               \
    static constexpr ::zzz_jobs::node::PluginFacts facts{::zzz_jobs::node::plugin_abi,             \
                                                         ::zzz_jobs::node::plugin_layout()};       \
    return &facts;                                                                                 \
  }                                                                                                \
  extern "C" __attribute__((visibility("default"))) void zzz_jobs_plugin_register(                 \
    ::zzz_jobs::node::PluginHost&(host))
