// Enqueues in the application's own transactions.
#include "stores/pg_shop.hpp"

#include <atomic>
#include <future>
#include <stdexcept>

using namespace zzz_jobs;
using namespace zzz_jobs::tests;
using namespace std::chrono_literals;

TEST_CASE("an enqueue stands with the application's transaction", "[pg][transaction]") {
  Shop shop;
  Enqueued done;
  shop.transact([&](auto& transaction) {
    shop.order(transaction);
    done = shop.put(transaction, in_mail);
    CHECK_FALSE(done.conflict);
    CHECK(done.state == JobState::available);
    CHECK(claim(shop.store, 1).empty()); // nobody sees it yet
  });
  const auto job = shop.claim_one();
  CHECK(job.id == done.id);
  CHECK(job.worker == "mailer");
  CHECK(job.args == "{}");
  CHECK(job.inserted_at == done.inserted_at);
  CHECK(shop.orders() == "1");
}

TEST_CASE("an enqueue falls with the application's transaction", "[pg][transaction]") {
  Shop shop;
  CHECK_THROWS_AS(shop.transact([&](auto& transaction) {
    shop.order(transaction);
    shop.put(transaction, in_mail);
    throw std::logic_error{"changed my mind"};
  }),
                  std::logic_error);
  CHECK(claim(shop.store, 1).empty());
  CHECK(shop.jobs() == "0");
  CHECK(shop.orders() == "0");
}

TEST_CASE("an enqueue without a transaction is there at once", "[pg][transaction]") {
  Shop shop;
  pqxx::nontransaction plain{shop.connection};
  const auto done = shop.put(plain, in_mail);
  CHECK(shop.claim_one().id == done.id);
}

TEST_CASE("an enqueue works at the other isolation levels too", "[pg][transaction]") {
  Shop shop;
  const auto first = shop.put_alone({.queue = "mail", .unique_key = "k"});
  {
    pqxx::transaction<pqxx::serializable> transaction{shop.connection};
    CHECK(shop.put(transaction, {.unique_key = "k"}).id == first.id);
    CHECK_FALSE(shop.put(transaction).conflict);
    transaction.commit();
  }
  CHECK(shop.jobs() == "2");
}

TEST_CASE("an enqueue in a transaction takes every option", "[pg][transaction]") {
  Shop shop;
  const auto at = UnixTime{std::chrono::seconds{4'000'000'000}};
  Enqueued timed;
  Enqueued delayed;
  shop.transact([&](auto& transaction) {
    timed = enqueue(transaction, "re\"port's", R"({"to": "ä\n"})",
                    {.queue = "bulk",
                     .priority = -7,
                     .max_attempts = 3,
                     .scheduled_at = at,
                     .unique_key = "r'1",
                     .timeout = 45s},
                    shop.names);
    delayed = shop.put(transaction, {.delay = 90s});
  });
  CHECK(timed.state == JobState::scheduled);
  CHECK(timed.scheduled_at == at);
  const auto job = *shop.store.get(timed.id);
  CHECK(job.state == JobState::scheduled);
  CHECK(job.worker == "re\"port's");
  CHECK(job.args == R"({"to": "ä\n"})");
  CHECK(job.queue == "bulk");
  CHECK(job.priority == -7);
  CHECK(job.max_attempts == 3);
  CHECK(job.scheduled_at == at);
  CHECK(job.unique_key == "r'1");
  CHECK(job.timeout == 45s);
  CHECK(job.attempt == 0);
  const auto later = *shop.store.get(delayed.id);
  CHECK(later.state == JobState::scheduled);
  CHECK(later.queue == "default");
  CHECK(later.max_attempts == 20);
  CHECK(later.timeout == 300s);
  CHECK(later.scheduled_at == later.inserted_at + 90s);
  CHECK(delayed.scheduled_at == later.scheduled_at);
}

TEST_CASE("a job of the same transaction or before it keeps its key", "[pg][transaction]") {
  Shop shop;
  const JobOpts keyed{.queue = "mail", .unique_key = "k"};
  const auto before = shop.put_alone(keyed);
  shop.transact([&](auto& transaction) {
    const auto again = shop.put(transaction, keyed);
    CHECK(again.conflict);
    CHECK(again.id == before.id);
    CHECK(again.state == JobState::available);
    const auto other = shop.put(transaction, {.queue = "mail", .delay = 1h, .unique_key = "l"});
    const auto same = shop.put(transaction, {.queue = "mail", .unique_key = "l"});
    CHECK(same.conflict);
    CHECK(same.id == other.id);
    CHECK(same.state == JobState::scheduled);
    CHECK(same.scheduled_at == other.scheduled_at);
  });
  CHECK(shop.jobs() == "2");
  CHECK(shop.claim_one().id == before.id);
  CHECK(shop.put_alone(keyed).state == JobState::executing); // its holder's
}

TEST_CASE("a job that replaces others ends waiting, running and own ones", "[pg][transaction]") {
  Shop shop;
  const JobOpts replacing{
    .queue = "mail", .unique_key = "k", .unique_strategy = UniqueStrategy::cancel_existing};
  const auto waiting = shop.put_alone(replacing);
  const auto next = shop.put_alone(replacing);
  CHECK_FALSE(next.conflict);
  CHECK_FALSE(next.cancelled);
  CHECK(shop.store.get(waiting.id)->state == JobState::cancelled);
  const auto running = shop.claim_one();
  REQUIRE(running.id == next.id);
  Enqueued third;
  Enqueued fourth;
  shop.transact([&](auto& transaction) {
    third = shop.put(transaction, replacing);
    fourth = shop.put(transaction, replacing);
  });
  CHECK(third.cancelled == running.claim());
  CHECK_FALSE(fourth.cancelled);
  CHECK(shop.store.get(third.id)->state == JobState::cancelled);
  Batch late;
  late.outcomes.push_back({.claim = running.claim()});
  CHECK(apply(shop.store, late).outcomes == std::vector{OutcomeResult::refused});
  CHECK(shop.claim_one().id == fourth.id);
}

TEST_CASE("a job goes on when the transaction that replaced it does not commit",
          "[pg][transaction]") {
  Shop shop;
  shop.put_alone({.queue = "mail", .unique_key = "k"});
  const auto running = shop.claim_one();
  {
    pqxx::work transaction{shop.connection};
    shop.put(transaction, {.unique_key = "k", .unique_strategy = UniqueStrategy::cancel_existing});
  }
  Batch outcome;
  outcome.outcomes.push_back({.claim = running.claim()});
  CHECK(apply(shop.store, outcome).outcomes == std::vector{OutcomeResult::applied});
}

TEST_CASE("what breaks a rule is refused by name, and leaves the transaction usable",
          "[pg][transaction]") {
  Shop shop;
  shop.names.limits = {.args_bytes_max = 10, .name_bytes_max = 8, .unique_key_bytes_max = 5};
  pqxx::work transaction{shop.connection};
  const auto refused = [&](errc code, const std::string& field, const std::string& rule,
                           std::string_view worker, std::string_view args, const JobOpts& opts) {
    const auto error =
      error_of([&] { (void)enqueue(transaction, worker, args, opts, shop.names); });
    CHECK(error.code() == code);
    CHECK_THAT(error.what(), support::has(field));
    CHECK_THAT(error.what(), support::has(rule));
  };
  refused(errc::too_large, "args", "10", "w", "12345678901", {});
  refused(errc::too_large, "worker", "8", "123456789", "", {});
  refused(errc::too_large, "queue", "8", "w", "", {.queue = "123456789"});
  refused(errc::too_large, "unique_key", "5", "w", "", {.unique_key = "123456"});
  refused(errc::invalid_argument, "worker", "empty", "", "", {});
  refused(errc::invalid_argument, "unique_key", "empty", "w", "", {.unique_key = ""});
  refused(errc::invalid_argument, "max_attempts", "1", "w", "", {.max_attempts = 0});
  refused(errc::invalid_argument, "timeout", "1", "w", "", {.timeout = 0s});
  refused(errc::invalid_argument, "args", "UTF-8", "w", "\xff", {});
  refused(errc::invalid_argument, "args", "NUL", "w", std::string_view{"a\0b", 3}, {});
  refused(errc::invalid_argument, "delay", "scheduled_at", "w", "",
          {.scheduled_at = UnixTime{1s}, .delay = 1s});
  shop.put(transaction);
  transaction.commit();
  CHECK(shop.jobs() == "1");
}

TEST_CASE("tables that are not there are said to be missing", "[pg][transaction]") {
  Shop shop;
  pqxx::work transaction{shop.connection};
  const auto error =
    error_of([&] { (void)enqueue(transaction, "w", "", {}, {.schema = "no such \"schema"}); });
  CHECK(error.code() == errc::unavailable);
  CHECK_THAT(error.what(), support::has("no such \"\"schema\".zzz_jobs"));
  CHECK(error_of([&] { (void)enqueue(transaction, "w", "", {}, {.schema = ""}); }).code()
        == errc::invalid_argument);
}

TEST_CASE("a transaction repeated with a reserved id gives one job", "[pg][transaction][reserve]") {
  Shop shop;
  std::int64_t id = 0;
  shop.transact([&](auto& transaction) { id = reserve_id(transaction, shop.names); });
  SECTION("when the first run was given up") {
    {
      pqxx::work transaction{shop.connection};
      shop.put(transaction, in_mail, id);
    }
    const auto done = shop.put_alone(in_mail, id);
    CHECK(done.id == id);
    CHECK_FALSE(done.conflict);
  }
  SECTION("when the first run was committed") {
    CHECK_FALSE(shop.put_alone(in_mail, id).conflict);
    const auto again = shop.put_alone(in_mail, id);
    CHECK(again.id == id);
    CHECK(again.conflict);
    CHECK(again.state == JobState::available);
  }
  SECTION("when the job has a key, and replaces its like") {
    const JobOpts replacing{
      .queue = "mail", .unique_key = "k", .unique_strategy = UniqueStrategy::cancel_existing};
    shop.put_alone(replacing, id);
    const auto again = shop.put_alone(replacing, id);
    CHECK(again.id == id);
    CHECK(again.conflict);
  }
  const auto job = shop.claim_one();
  CHECK(job.id == id);
  Batch outcome;
  outcome.outcomes.push_back({.claim = job.claim()});
  REQUIRE(apply(shop.store, outcome).outcomes == std::vector{OutcomeResult::applied});
  CHECK(shop.put_alone(in_mail, id).state == JobState::completed);
  CHECK(claim(shop.store, 1).empty());
  CHECK(shop.jobs() == "1");
}

TEST_CASE("a transaction repeated while the first run is about to commit gives one job",
          "[pg][transaction][reserve]") {
  Shop shop;
  std::int64_t id = 0;
  shop.transact([&](auto& transaction) { id = reserve_id(transaction, shop.names); });
  pqxx::work first{shop.connection};
  shop.put(first, in_mail, id);
  std::atomic<int> backend{0};
  auto second = std::async(std::launch::async, [&] {
    pqxx::connection other{support::SharedPostgres::get().url()};
    backend = other.backendpid();
    pqxx::work transaction{other};
    const auto done = shop.put(transaction, in_mail, id);
    transaction.commit();
    return done;
  });
  REQUIRE(support::eventually([&] {
    return shop.database.value("SELECT count(*) FROM pg_locks WHERE NOT granted AND pid = "
                               + std::to_string(backend))
      == "1";
  }));
  first.commit();
  const auto done = second.get();
  CHECK(done.conflict);
  CHECK(done.id == id);
  CHECK(shop.jobs() == "1");
}

TEST_CASE("a reserved id is nobody else's", "[pg][transaction][reserve]") {
  Shop shop;
  std::int64_t first = 0;
  std::int64_t second = 0;
  shop.transact([&](auto& transaction) { first = reserve_id(transaction, shop.names); });
  const auto between = shop.put_alone(in_mail);
  {
    pqxx::work transaction{shop.connection};
    second = reserve_id(transaction, shop.names); // kept though nothing is committed
  }
  const auto after = shop.put_alone(in_mail);
  CHECK(first < between.id);
  CHECK(between.id < second);
  CHECK(second < after.id);
}
