#include "stores/pg_tables.hpp"

#include <zzz_jobs/stores/detail/pg_error.hpp>
#include <zzz_jobs/stores/detail/pg_sql.hpp>
#include <zzz_jobs/stores/detail/pqxx_session.hpp>

#include <stdexcept>

using namespace zzz_jobs;
using namespace zzz_jobs::detail::pg;
using namespace zzz_jobs::tests;
using support::has;

namespace {

PqxxSession session() {
  return PqxxSession{{.url = support::SharedPostgres::get().url(), .application = "zzz_jobs test"}};
}

std::string sqlstate_of(const std::string& sql) {
  auto one = session();
  try {
    one.in_transaction([&](pqxx::work& transaction) { run(transaction, sql); });
  } catch (const StatementError& error) {
    return error.sqlstate();
  }
  return "none";
}

} // namespace

TEST_CASE("a schema's name is quoted wherever SQL speaks of it", "[pg][sql]") {
  CHECK(with_schema(R"(SELECT ':x', a::text FROM :"schema".t WHERE s = :'schema')", "a\"b'c\\d")
        == R"(SELECT ':x', a::text FROM "a""b'c\d".t WHERE s =  E'a"b''c\\d')");
  CHECK(with_schema(R"(:"schema" :'schema')", ":\"schema\"") == R"(":""schema""" ':"schema"')");
  CHECK(with_schema_and_role(R"(:"schema" :"role" :'role':)", "s", "r") == R"("s" "r" 'r':)");
  CHECK(error_of([] { (void)static_cast<void>(with_schema("", "")); }).code()
        == errc::invalid_argument);
  CHECK(error_of([] { (void)static_cast<void>(with_schema("", std::string(64, 's'))); }).code()
        == errc::too_large);
}

TEST_CASE("parameters of every type arrive as they are", "[pg][session]") {
  auto one = session();
  const std::optional<std::string> none;
  const auto row = one.run_alone(
    "SELECT $1::text, $2::bigint, $3::boolean, $4::text IS NULL, $5::bigint, $6::text", "a'\"\\ö",
    std::int64_t{-1} << 62, true, none, UnixTime{std::chrono::seconds{5}},
    std::optional{std::string{"x"}})[0];
  CHECK(std::string{row[0].c_str()} == "a'\"\\ö");
  CHECK(row[1].as<std::int64_t>() == std::int64_t{-1} << 62);
  CHECK(row[2].as<bool>());
  CHECK(row[3].as<bool>());
  CHECK(row[4].as<std::int64_t>() == 5);
  CHECK(std::string{row[5].c_str()} == "x");
}

TEST_CASE("a transaction commits when its work returns, and not when it throws", "[pg][session]") {
  support::FreshSchema schema;
  schema.create();
  auto one = session();
  const auto insert = with_schema(R"(INSERT INTO :"schema".t VALUES ($1))", schema.name());
  schema.connect().run("CREATE TABLE t (id INTEGER)");
  CHECK(one.in_transaction([&](pqxx::work& transaction) {
    run(transaction, insert, 1);
    return 7;
  }) == 7);
  CHECK_THROWS_AS(one.in_transaction([&](pqxx::work& transaction) {
    run(transaction, insert, 2);
    throw std::runtime_error{"mine"};
  }),
                  std::runtime_error);
  CHECK(schema.connect().value("SELECT string_agg(id::text, ' ') FROM t") == "1");
}

TEST_CASE("what the server refuses is an error with its code", "[pg][session]") {
  CHECK(sqlstate_of("SELECT 1 / 0") == "22012");
  CHECK(sqlstate_of("SELECT * FROM no_such_table") == "42P01");
  CHECK(sqlstate_of("SELECT no syntax at all") == "42601");
  for (const auto* code : {"40001", "40P01", "23505", "42501", "53200", "XX001"}) {
    const auto raise =
      "DO $$ BEGIN RAISE EXCEPTION 'x' USING ERRCODE = '" + std::string{code} + "'; END $$";
    CHECK(sqlstate_of(raise) == code);
  }
}

TEST_CASE("a session that was lost stays lost", "[pg][session]") {
  auto one = session();
  const auto pid = one.run_alone("SELECT pg_backend_pid()")[0][0].as<int>();
  support::SqlConnection{support::SharedPostgres::get().url()}.run(
    "SELECT pg_terminate_backend(" + std::to_string(pid) + ", 10000)");
  for (int i = 0; i < 3; ++i)
    CHECK_THROWS_AS(one.run_alone("SELECT 1"), ConnectionError);
  CHECK_THROWS_AS(one.in_transaction([](pqxx::work&) {}), ConnectionError);
}

TEST_CASE("a session that ends in the middle of a transaction is a lost connection",
          "[pg][session]") {
  auto one = session();
  CHECK_THROWS_AS(one.in_transaction([](pqxx::work& transaction) {
    run(transaction, "SELECT pg_terminate_backend(pg_backend_pid())");
    run(transaction, "SELECT 1");
  }),
                  ConnectionError);
}

TEST_CASE("a server that is not there is unavailable", "[pg][session]") {
  const auto error =
    error_of([] { PqxxSession{{.url = "host=127.0.0.1 port=1", .application = "zzz_jobs"}}; });
  CHECK(error.code() == errc::unavailable);
  CHECK_THAT(error.what(), has("127.0.0.1"));
}
