#pragma once

#include <zzz_jobs/actors/any_supervisor.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace zzz_jobs::bench {

// What a node process says to its parent, and what it does for it.

void send_number(std::int64_t number);
/// Until the parent speaks; false where it has closed stdin.
[[nodiscard]] bool wait_for_call();
/// Works when it is told to, and says how many jobs are completed.
void drain_when_called(AnySupervisor& supervisor);

#ifdef ZZZ_JOBS_BENCH_NODES
/// Other parts that a node process may play: "gateway", a node that takes guests
/// and says at which port; "guest", which drains through it; "held-guest" and
/// "held-peer", which run a job of `held_job` until they are killed, and say which.
inline constexpr std::string_view held_job = "hold";
[[nodiscard]] bool is_gateway_part(std::string_view what);
int run_gateway_part(const std::vector<std::string>& arguments);
#endif

} // namespace zzz_jobs::bench
