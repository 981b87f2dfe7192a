#pragma once

#include <zzz_jobs/actors/job_context.hpp>
#include <zzz_jobs/config/limits.hpp>
#include <zzz_jobs/nodes/workers/program.hpp>

#include <chrono>
#include <string_view>

namespace zzz_jobs::node {

/// What all executions of a command worker have in common.
struct CommandRules {
  Program program{};
  std::chrono::seconds stop_grace{5};
  std::chrono::seconds snooze{60};
  Limits limits{};
};

/// Executes the program for one job and waits for it: a handler's work. Returns if the
/// job is complete, or what the program asked the context for.
/// @throws std::exception if the attempt failed; its text is for people.
void run_command(const CommandRules& rules, std::string_view args, JobContext& context);

} // namespace zzz_jobs::node
