// Completions in the application's own transactions.
#include "stores/pg_shop.hpp"

using namespace zzz_jobs;
using namespace zzz_jobs::tests;

TEST_CASE("a handler's work and the completion of its job stand together",
          "[pg][transaction][complete]") {
  Shop shop;
  shop.put_alone(in_mail);
  const auto job = shop.claim_one();
  shop.transact([&](auto& transaction) {
    shop.order(transaction);
    complete(transaction, job.claim(), "order 1", shop.names);
    CHECK(shop.store.get(job.id)->state == JobState::executing);
  });
  CHECK(shop.orders() == "1");
  const auto kept = *shop.store.get(job.id);
  CHECK(kept.state == JobState::completed);
  CHECK(kept.result == "order 1");
  CHECK(kept.completed_at >= job.attempted_at);
  CHECK_FALSE(kept.node);
  Batch late;
  late.outcomes.push_back({.claim = job.claim(), .kind = OutcomeKind::fail});
  CHECK(apply(shop.store, late).outcomes == std::vector{OutcomeResult::refused});
}

TEST_CASE("a handler's work and the completion of its job fall together",
          "[pg][transaction][complete]") {
  Shop shop;
  shop.put_alone(in_mail);
  const auto job = shop.claim_one();
  {
    pqxx::work transaction{shop.connection};
    shop.order(transaction);
    complete(transaction, job.claim(), std::nullopt, shop.names);
  }
  CHECK(shop.orders() == "0");
  CHECK(shop.store.get(job.id)->state == JobState::executing);
  shop.transact(
    [&](auto& transaction) { complete(transaction, job.claim(), std::nullopt, shop.names); });
  CHECK(shop.store.get(job.id)->state == JobState::completed);
}

TEST_CASE("with a claim that was lost nothing of the transaction stays",
          "[pg][transaction][complete]") {
  Shop shop;
  shop.put_alone(in_mail);
  const auto lost = shop.claim_one();
  Batch rescue;
  rescue.outcomes.push_back({.claim = lost.claim(), .kind = OutcomeKind::rescue});
  REQUIRE(apply(shop.store, rescue).outcomes == std::vector{OutcomeResult::applied});
  const auto current = shop.claim_one();
  REQUIRE(current.id == lost.id);
  const auto complete_with_order = [&](const Claim& claim) {
    shop.transact([&](auto& transaction) {
      shop.order(transaction);
      complete(transaction, claim, "x", shop.names);
    });
  };
  const auto error = error_of([&] { complete_with_order(lost.claim()); });
  CHECK(error.code() == errc::conflict);
  CHECK_THAT(error.what(), support::has("job " + std::to_string(lost.id) + ", attempt 1"));
  CHECK(shop.orders() == "0");
  CHECK(shop.store.get(lost.id)->state == JobState::executing);
  CHECK_FALSE(shop.store.get(lost.id)->result);
  complete_with_order(current.claim());
  CHECK(shop.orders() == "1");
  CHECK(error_of([&] { complete_with_order(current.claim()); }).code() == errc::conflict);
  CHECK(shop.orders() == "1");
}

TEST_CASE("who passes over a lost claim cannot commit its effects", "[pg][transaction][complete]") {
  Shop shop;
  shop.put_alone(in_mail);
  const auto job = shop.claim_one();
  shop.store.cancel(job.id);
  pqxx::work transaction{shop.connection};
  shop.order(transaction);
  CHECK(error_of([&] { complete(transaction, job.claim(), std::nullopt, shop.names); }).code()
        == errc::conflict);
  CHECK_THROWS(transaction.commit());
  CHECK(shop.orders() == "0");
}

TEST_CASE("a result that breaks a rule is refused and leaves the transaction usable",
          "[pg][transaction][complete]") {
  Shop shop;
  shop.names.limits.result_bytes_max = 5;
  shop.put_alone(in_mail);
  const auto job = shop.claim_one();
  pqxx::work transaction{shop.connection};
  const auto too_large =
    error_of([&] { complete(transaction, job.claim(), "123456", shop.names); });
  CHECK(too_large.code() == errc::too_large);
  CHECK_THAT(too_large.what(), support::has("result"));
  CHECK_THAT(too_large.what(), support::has("5"));
  CHECK(error_of([&] { complete(transaction, job.claim(), "\xff", shop.names); }).code()
        == errc::invalid_argument);
  complete(transaction, job.claim(), "12345", shop.names);
  transaction.commit();
  CHECK(shop.store.get(job.id)->result == "12345");
}
