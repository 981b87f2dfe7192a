#include <zzz_jobs/config/job_opts.hpp>

#include "support/catch.hpp"

using namespace zzz_jobs;
using namespace std::chrono_literals;

namespace {

const UnixTime morning{1'800'000'000s};

JobOpts full() {
  return {.queue = "mail",
          .priority = -10,
          .max_attempts = 3,
          .scheduled_at = morning,
          .delay = std::nullopt,
          .unique_key = "key",
          .unique_strategy = UniqueStrategy::cancel_existing,
          .timeout = 7s};
}

void check_equal(const JobOpts& a, const JobOpts& b) {
  CHECK(a.queue == b.queue);
  CHECK(a.priority == b.priority);
  CHECK(a.max_attempts == b.max_attempts);
  CHECK((a.scheduled_at == b.scheduled_at));
  CHECK((a.delay == b.delay));
  CHECK(a.unique_key == b.unique_key);
  CHECK((a.unique_strategy == b.unique_strategy));
  CHECK((a.timeout == b.timeout));
}

} // namespace

TEST_CASE("job opts: nothing said by call and worker stays unsaid", "[job_opts]") {
  check_equal(merged({}, {}), JobOpts{});
}

TEST_CASE("job opts: the worker speaks where the call is silent", "[job_opts]") {
  check_equal(merged({}, full()), full());
  const auto all = merged({.priority = 5}, full());
  CHECK(all.priority == 5);
  CHECK(all.queue == "mail");
  CHECK(all.max_attempts == 3);
  CHECK((all.timeout == 7s));
}

TEST_CASE("job opts: the call wins in every field", "[job_opts]") {
  const JobOpts worker{.queue = "bulk",
                       .priority = 100,
                       .max_attempts = 1,
                       .scheduled_at = morning + 1h,
                       .delay = std::nullopt,
                       .unique_key = "other",
                       .unique_strategy = UniqueStrategy::ignore_new,
                       .timeout = 1s};
  check_equal(merged(full(), worker), full());
}

TEST_CASE("job opts: a call's value that equals the default still wins", "[job_opts]") {
  const auto all = merged({.priority = 0, .unique_strategy = UniqueStrategy::ignore_new}, full());
  CHECK(all.priority == 0);
  CHECK((all.unique_strategy == UniqueStrategy::ignore_new));
}

TEST_CASE("job opts: a call's time hides the worker's delay, and the reverse", "[job_opts]") {
  const auto timed = merged({.scheduled_at = morning}, {.delay = 60s});
  CHECK((timed.scheduled_at == morning));
  CHECK_FALSE(timed.delay.has_value());
  const auto delayed = merged({.delay = 60s}, {.scheduled_at = morning});
  CHECK((delayed.delay == 60s));
  CHECK_FALSE(delayed.scheduled_at.has_value());
}

TEST_CASE("job opts: the worker's delay applies where the call has no time", "[job_opts]") {
  const auto all = merged({.queue = "mail"}, {.delay = 60s});
  CHECK((all.delay == 60s));
  CHECK(all.queue == "mail");
}
