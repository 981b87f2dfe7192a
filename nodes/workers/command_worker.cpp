#include <zzz_jobs/nodes/workers/command_worker.hpp>

#include <zzz_jobs/nodes/workers/command_run.hpp>
#include <zzz_jobs/nodes/workers/group_guard.hpp>

#include <memory>

namespace zzz_jobs::node {

WorkerDef make_command_worker(const CommandSection& section, const Limits& limits) {
  // Now, while this process is small, and not beside a job.
  (void)GroupGuard::of_this_process();
  const auto rules = std::make_shared<const CommandRules>(
    CommandRules{.program = program_of(section, own_environment()),
                 .stop_grace = section.stop_grace,
                 .snooze = section.snooze,
                 .limits = limits});
  return {.name = section.name,
          .handler = [rules](std::string_view args,
                             JobContext& context) { run_command(*rules, args, context); },
          .opts = section.opts,
          .retry = section.retry,
          .delete_completed = section.delete_completed};
}

} // namespace zzz_jobs::node
