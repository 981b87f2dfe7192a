#pragma once

#include <zzz_jobs/zzz_jobs.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace zzz_jobs::bench {

inline constexpr std::size_t jobs_a_call = 1000;
inline constexpr std::string_view no_op = "no_op";
inline constexpr std::string_view args_60_bytes =
  R"({"user_id":12345678,"template":"welcome_mail","locale":"de"})";
static_assert(args_60_bytes.size() == 60);

/// One queue "default", worked on by ten handlers at once: the defaults.
[[nodiscard]] SupervisorConfig ten_at_once();

/// So many no-op jobs.
[[nodiscard]] std::vector<JobRequest> requests(std::size_t count);
/// `count` of them, in calls of `jobs_a_call`.
[[nodiscard]] std::vector<std::vector<JobRequest>> calls_of(std::size_t count);

void register_no_op(AnySupervisor& supervisor);

/// Until so many jobs were recorded as completed since the supervisor was made.
/// Asks once a millisecond, which leaves the cores to those who work.
/// @throws std::runtime_error when nothing moves any more.
void wait_for_completed(const AnySupervisor& supervisor, std::uint64_t count);

/// Seconds by the clock, and of processor time of all threads of this process:
/// the latter hardly depends on what else the machine has to do.
struct Spent {
  double wall = 0;
  double cpu = 0;
};

class Stopwatch {
public:
  [[nodiscard]] Spent spent() const;
  [[nodiscard]] double seconds() const { return spent().wall; }

private:
  static Spent now();
  Spent begin_ = now();
};

/// Starts the supervisor and waits until so many jobs were completed.
[[nodiscard]] Spent spent_on_drain(AnySupervisor& supervisor, std::size_t count);

} // namespace zzz_jobs::bench
