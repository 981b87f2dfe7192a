#pragma once

#include <zzz_jobs/nodes/workers/command_worker.hpp>
#include <zzz_jobs/testing.hpp>

#include <string>
#include <utility>

namespace zzz_jobs::node {

/// A section whose program is a line for the shell.
inline CommandSection shell(std::string script) {
  return {.name = "script", .command = {"sh", "-c", std::move(script)}};
}

/// Executes the section's program once, in this thread.
inline testing::HandlerRun run(const CommandSection& section, std::string args = {},
                               const testing::RunOptions& options = {}) {
  return testing::run_handler(make_command_worker(section, options.limits), std::move(args),
                              options);
}

} // namespace zzz_jobs::node
