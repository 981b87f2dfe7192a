// What guests and gateways send each other: all of it arrives, and garbage harms
// nobody.
#include "support/catch.hpp"

#include <zzz_jobs/config/errc.hpp>
#include <zzz_jobs/nodes/cluster/store_codec.hpp>
#include <zzz_jobs/nodes/cluster/store_fields.hpp>
#include <zzz_jobs/nodes/cluster/store_wire.hpp>

#include <random>
#include <unordered_set>

using namespace zzz_jobs;
using namespace zzz_jobs::node;
using namespace std::chrono_literals;

namespace {

const std::string hostile{"\0\xff\xc3 'text'\n", 12};

Job full_job() {
  Job job;
  job.id = 1LL << 40;
  job.state = JobState::scheduled;
  job.queue = "mail";
  job.worker = "w";
  job.args = hostile;
  job.priority = -2'147'483'647 - 1;
  job.attempt = 3;
  job.max_attempts = 10'000;
  job.free_attempts = 2;
  job.timeout = 30 * 24h;
  job.scheduled_at = UnixTime{5s};
  job.attempted_at = UnixTime{-5s};
  job.completed_at = UnixTime{7s};
  job.inserted_at = UnixTime{1s};
  job.errors = "[]";
  job.unique_key = "";
  job.result = hostile;
  job.progress = 100;
  job.progress_note = "n";
  job.node = -1;
  job.conflict = true;
  return job;
}

Batch full_batch() {
  const auto known = std::make_shared<const std::unordered_set<std::string>>(
    std::initializer_list<std::string>{"a"});
  Batch batch;
  batch.outcomes.push_back({.claim = {7, 2},
                            .kind = OutcomeKind::snooze,
                            .delay = 90s,
                            .error = hostile,
                            .result = "r",
                            .erase = true});
  batch.progress.push_back({.claim = {8, 1}, .percent = 50, .note = "half"});
  batch.enqueues.push_back({.worker = "w",
                            .args = hostile,
                            .queue = "mail",
                            .priority = 5,
                            .max_attempts = 3,
                            .timeout = 9s,
                            .scheduled_at = UnixTime{3s},
                            .delay = 4s,
                            .unique_key = "k",
                            .unique_strategy = UniqueStrategy::cancel_existing,
                            .tick = CronTick{"entry", UnixTime{60s}}});
  batch.claims.push_back({"mail", 5, 6, false, known});
  batch.claims.push_back({"bulk", 1, 0, true, nullptr});
  batch.claims.push_back({"mail", 2, 0, true, known});
  return batch;
}

} // namespace

TEST_CASE("a batch arrives as it was sent", "[wire]") {
  const auto sent = full_batch();
  const auto text = batch_to_text(sent);
  const auto had = batch_from(text);
  CHECK(batch_to_text(had) == text);
  REQUIRE(had.claims.size() == 3);
  CHECK(*had.claims[0].known_workers == *sent.claims[0].known_workers);
  CHECK(had.claims[0].known_workers == had.claims[2].known_workers);
  CHECK_FALSE(had.claims[1].known_workers);
  CHECK(had.claims[0].prefetch == 6);
  CHECK_FALSE(had.claims[0].direct);
  REQUIRE(had.enqueues.size() == 1);
  CHECK(had.enqueues[0].args == hostile);
  CHECK(had.enqueues[0].tick->at == UnixTime{60s});
  CHECK(had.enqueues[0].delay == 4s);
  REQUIRE(had.outcomes.size() == 1);
  CHECK(had.outcomes[0].kind == OutcomeKind::snooze);
  CHECK(had.outcomes[0].claim == Claim{7, 2});
  CHECK(had.progress.at(0).percent == 50);
}

TEST_CASE("a result arrives as it was sent", "[wire]") {
  BatchResult sent;
  sent.outcomes = {OutcomeResult::applied, OutcomeResult::refused};
  sent.outcome_states = {JobState::completed, JobState::available};
  sent.enqueued.push_back({.id = 5,
                           .conflict = true,
                           .state = JobState::executing,
                           .inserted_at = UnixTime{1s},
                           .cancelled = Claim{4, 1},
                           .failed = errc::store_full,
                           .error = "full"});
  sent.claimed = {{}, {full_job()}};
  sent.next_due = UnixTime{99s};
  const auto text = result_to_text(sent);
  const auto had = result_from(text);
  CHECK(result_to_text(had) == text);
  const auto& job = had.claimed.at(1).at(0);
  CHECK(job.args == hostile);
  CHECK(job.priority == full_job().priority);
  CHECK(job.unique_key == "");
  CHECK(job.attempted_at == UnixTime{-5s});
  CHECK(job.timeout == 30 * 24h);
  CHECK(job.conflict);
  CHECK(had.enqueued[0].failed == errc::store_full);
}

TEST_CASE("fields that are missing keep their defaults, unknown ones are ignored", "[wire]") {
  // An older node's job ends early; a newer one's has a field more.
  const auto older = codec::decoded<Job>(codec::encoded(std::vector<std::int64_t>{42, 1}));
  CHECK(older.id == 42);
  CHECK(older.state == JobState::executing);
  CHECK(older.max_attempts == 20);
  const auto newer = codec::decoded<Claim>(codec::encoded(std::vector<std::int64_t>{42, 1, 7}));
  CHECK(newer == Claim{42, 1});
}

TEST_CASE("numbers and kinds out of range are refused", "[wire]") {
  const auto refused = [](auto value, const std::string& text) {
    try {
      codec::decode(text, value);
    } catch (const Error& error) {
      return error.code() == errc::invalid_argument;
    }
    return false;
  };
  CHECK(refused(JobState{}, codec::encoded(7)));
  CHECK(refused(OutcomeKind{}, codec::encoded(-1)));
  CHECK(refused(std::int32_t{}, codec::encoded(1LL << 40)));
  CHECK(refused(std::uint32_t{}, codec::encoded(-1)));
  CHECK(refused(std::string{}, codec::encoded(1)));
  CHECK(refused(Claim{}, codec::encoded("text")));
  CHECK(refused(std::vector<Claim>{}, codec::encoded(1)));
  CHECK(refused(Claim{}, std::string{"\xdd\xff\xff\xff\xff", 5})); // 4 billion elements
}

TEST_CASE("whatever is sent, it is read or refused", "[wire]") {
  const auto seed = std::random_device{}();
  INFO("seed " << seed);
  std::mt19937 random{seed};
  const std::vector<std::string> texts{
    batch_to_text(full_batch()),
    result_to_text({.claimed = {{full_job()}}}),
    to_text(StoreRequest{.id = 9, .acked = 8, .body = "b", .dropped = {1, 2}}),
    to_text(StoreAnswer{.id = 9, .text = "t", .facts = StoreFacts{1, UnixTime{2s}}}),
    to_text(StoreNews{.signal = 2, .cancelled = Claim{1, 1}}),
    to_text(GuestHello{.key = "k"})};
  std::size_t read = 0;
  for (int i = 0; i < 20'000; ++i) {
    auto text = texts[random() % texts.size()];
    for (auto changes = random() % 4; changes > 0; --changes)
      text[random() % text.size()] = static_cast<char>(random());
    text.resize(text.size() - random() % 3 % text.size());
    const auto attempt = [&](const auto& from) {
      try {
        (void)from(text);
        ++read;
      } catch (const Error& error) {
        REQUIRE(error.code() == errc::invalid_argument);
      }
    };
    attempt(batch_from);
    attempt(result_from);
    attempt(request_from);
    attempt(from_gateway);
    attempt(guest_hello_from);
    attempt(greeting_from);
  }
  CHECK(read > 0);
}
