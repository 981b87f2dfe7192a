#include "support/catch.hpp"

#include <zzz_jobs/config/errc.hpp>
#include <zzz_jobs/stores/job.hpp>
#include <zzz_jobs/stores/new_job.hpp>

#include <limits>

namespace zzz_jobs {
namespace {

using namespace std::chrono_literals;

std::string refusal(errc code, const JobOpts& opts) {
  try {
    (void)make_new_job("mailer", "{}", opts);
  } catch (const Error& error) {
    CHECK(error.code() == code);
    return error.what();
  }
  FAIL("accepted");
  return {};
}

TEST_CASE("a new job has the documented defaults", "[new_job]") {
  const auto job = make_new_job("mailer", "{}", {});
  CHECK(job.worker == "mailer");
  CHECK(job.args == "{}");
  CHECK(job.queue == "default");
  CHECK(job.priority == 0);
  CHECK(job.max_attempts == 20);
  CHECK(job.timeout == 300s);
  CHECK_FALSE(job.scheduled_at);
  CHECK_FALSE(job.delay);
  CHECK_FALSE(job.unique_key);
  CHECK(job.unique_strategy == UniqueStrategy::ignore_new);
  CHECK_FALSE(job.tick);
}

TEST_CASE("the arguments of a new job are moved, not copied", "[new_job]") {
  std::string args(1000, 'x');
  const auto* const bytes = args.data();
  CHECK(make_new_job("mailer", std::move(args), {}).args.data() == bytes);
}

TEST_CASE("a new job takes options to the ends of their ranges", "[new_job]") {
  for (const auto priority :
       {std::numeric_limits<std::int32_t>::min(), std::numeric_limits<std::int32_t>::max()})
    CHECK(make_new_job("mailer", "", {.priority = priority}).priority == priority);
  for (const auto attempts : {1, 10'000})
    CHECK(make_new_job("mailer", "", {.max_attempts = attempts}).max_attempts == attempts);
  for (const auto timeout : {std::chrono::seconds{1s}, std::chrono::seconds{30 * 24h}})
    CHECK(make_new_job("mailer", "", {.timeout = timeout}).timeout == timeout);
  for (const auto delay : {std::chrono::seconds{0s}, std::chrono::seconds{36'525 * 24h}})
    CHECK(make_new_job("mailer", "", {.delay = delay}).delay == delay);
}

TEST_CASE("a new job's option out of range is refused with name, range and value", "[new_job]") {
  using enum errc;
  CHECK(refusal(invalid_argument, {.max_attempts = 0}) == "max_attempts: must be 1..10000, got 0");
  CHECK(refusal(invalid_argument, {.max_attempts = 10'001})
        == "max_attempts: must be 1..10000, got 10001");
  CHECK(refusal(invalid_argument, {.timeout = 0s})
        == "timeout in seconds: must be 1..2592000, got 0");
  CHECK(refusal(invalid_argument, {.timeout = 2'592'001s})
        == "timeout in seconds: must be 1..2592000, got 2592001");
  CHECK(refusal(invalid_argument, {.delay = -1s})
        == "delay in seconds: must be 0..3155760000, got -1");
  CHECK(refusal(invalid_argument, {.scheduled_at = UnixTime{5s}, .delay = 1s})
        == "scheduled_at and delay exclude each other");
  CHECK(refusal(invalid_argument, {.unique_key = ""}) == "unique_key: must not be empty");
}

TEST_CASE("a new job's texts are checked with the name of the field", "[new_job]") {
  const Limits limits{.args_bytes_max = 4, .name_bytes_max = 7, .unique_key_bytes_max = 3};
  const auto code = [&](std::string_view worker, std::string args, const JobOpts& opts,
                        const std::string& field) {
    try {
      (void)make_new_job(worker, std::move(args), opts, limits);
    } catch (const Error& error) {
      CHECK(std::string{error.what()}.find(field) != std::string::npos);
      return error.code();
    }
    return errc{};
  };
  CHECK(code("mailer", "1234", {.queue = "queue_1", .unique_key = "key"}, "") == errc{});
  CHECK(code("mailer_8", "", {}, "worker") == errc::too_large);
  CHECK(code("mailer", "12345", {}, "args") == errc::too_large);
  CHECK(code("mailer", "", {.queue = "queue_08"}, "queue") == errc::too_large);
  CHECK(code("mailer", "", {.unique_key = "key4"}, "unique_key") == errc::too_large);
  CHECK(code("", "", {}, "worker") == errc::invalid_argument);
  CHECK(code("a\xff", "", {}, "worker") == errc::invalid_argument);
  CHECK(code("mailer", std::string("\0", 1), {}, "args") == errc::invalid_argument);
}

TEST_CASE("states have names that can be read back, and their stored numbers", "[job]") {
  for (std::uint8_t number = 0; number < job_state_count; ++number) {
    const auto state = static_cast<JobState>(number);
    CHECK(job_state_from(to_string(state)) == state);
  }
  CHECK(to_string(JobState::available) == "available");
  CHECK(to_string(JobState::scheduled) == "scheduled");
  CHECK(static_cast<int>(JobState::scheduled) == 6);
  CHECK_FALSE(job_state_from("Available"));
  CHECK_FALSE(job_state_from(""));
  CHECK(to_string(static_cast<JobState>(77)) == "unknown");
}

} // namespace
} // namespace zzz_jobs
