#include "bench/pg_wire.hpp"

#include "bench/pg_database.hpp"

#include <endian.h>

#include <cstring>
#include <stdexcept>

namespace zzz_jobs::bench {
namespace {

template <class Integer>
void append(std::string& bytes, Integer big_endian) {
  bytes.append(reinterpret_cast<const char*>(&big_endian), sizeof big_endian);
}

void append_int4(std::string& bytes, std::int32_t value) {
  append(bytes, htobe32(static_cast<std::uint32_t>(value)));
}

void append_int8(std::string& bytes, std::int64_t value) {
  append(bytes, htobe64(static_cast<std::uint64_t>(value)));
}

/// Where the parameters of one statement lie, as libpq wants to be told.
struct Places {
  explicit Places(const std::vector<std::string>& values) : formats(values.size(), 1) {
    for (const auto& value : values) {
      bytes.push_back(value.data());
      lengths.push_back(static_cast<int>(value.size()));
    }
  }
  [[nodiscard]] int count() const { return static_cast<int>(bytes.size()); }

  std::vector<const char*> bytes{};
  std::vector<int> lengths{};
  std::vector<int> formats;
};

constexpr int binary_format = 1;

} // namespace

std::string binary(std::int32_t value) {
  std::string bytes;
  append_int4(bytes, value);
  return bytes;
}

std::string binary(std::int64_t value) {
  std::string bytes;
  append_int8(bytes, value);
  return bytes;
}

std::string binary_array(Oid element_type, std::size_t count) {
  std::string array;
  append_int4(array, 1); // dimensions
  append_int4(array, 0); // without nulls
  append_int4(array, static_cast<std::int32_t>(element_type));
  append_int4(array, static_cast<std::int32_t>(count));
  append_int4(array, 1); // the first index
  return array;
}

void add_element(std::string& array, std::int32_t value) {
  append_int4(array, 4);
  append_int4(array, value);
}

void add_element(std::string& array, std::int64_t value) {
  append_int4(array, 8);
  append_int8(array, value);
}

void add_element(std::string& array, std::string_view value) {
  append_int4(array, static_cast<std::int32_t>(value.size()));
  array += value;
}

std::size_t PgAnswer::touched() const {
  return std::stoul(PQcmdTuples(result_.get()));
}

std::int32_t PgAnswer::int4(int row, int column) const {
  std::uint32_t value = 0;
  std::memcpy(&value, PQgetvalue(result_.get(), row, column), sizeof value);
  return static_cast<std::int32_t>(be32toh(value));
}

std::int64_t PgAnswer::int8(int row, int column) const {
  std::uint64_t value = 0;
  std::memcpy(&value, PQgetvalue(result_.get(), row, column), sizeof value);
  return static_cast<std::int64_t>(be64toh(value));
}

std::string PgAnswer::text(int row, int column) const {
  return {PQgetvalue(result_.get(), row, column),
          static_cast<std::size_t>(PQgetlength(result_.get(), row, column))};
}

PgWire::PgWire(const std::string& schema) : connection_(PQconnectdb(postgres_url().c_str())) {
  if (PQstatus(connection_.get()) != CONNECTION_OK)
    fail();
  PQsetNoticeProcessor(
    connection_.get(), [](void*, const char*) {}, nullptr);
  execute("SET search_path = " + schema + ", public");
}

void PgWire::fail() const {
  throw std::runtime_error{std::string{"PostgreSQL: "} + PQerrorMessage(connection_.get())};
}

PgAnswer PgWire::checked(PGresult* result) const {
  PgAnswer answer{result};
  switch (PQresultStatus(result)) {
    case PGRES_COMMAND_OK:
    case PGRES_TUPLES_OK:
    case PGRES_PIPELINE_SYNC: return answer;
    default: fail();
  }
}

void PgWire::execute(const std::string& sql) {
  (void)checked(PQexec(connection_.get(), sql.c_str()));
}

std::string PgWire::value(const std::string& sql) {
  const auto answer = checked(PQexec(connection_.get(), sql.c_str()));
  return answer.rows() > 0 ? answer.text(0, 0) : "";
}

std::int64_t PgWire::number(const std::string& sql) {
  return std::stoll(value(sql));
}

void PgWire::prepare(const char* name, const char* sql, const std::vector<Oid>& types) {
  (void)checked(
    PQprepare(connection_.get(), name, sql, static_cast<int>(types.size()), types.data()));
}

PgAnswer PgWire::run(const char* name, const std::vector<std::string>& values) {
  const Places places{values};
  return checked(PQexecPrepared(connection_.get(), name, places.count(), places.bytes.data(),
                                places.lengths.data(), places.formats.data(), binary_format));
}

void PgWire::enter_pipeline() {
  if (PQenterPipelineMode(connection_.get()) != 1)
    fail();
}

void PgWire::send(const char* name, const std::vector<std::string>& values) {
  const Places places{values};
  if (PQsendQueryPrepared(connection_.get(), name, places.count(), places.bytes.data(),
                          places.lengths.data(), places.formats.data(), binary_format)
      != 1)
    fail();
}

void PgWire::sync() {
  if (PQpipelineSync(connection_.get()) != 1)
    fail();
}

PgAnswer PgWire::next() {
  // Between the answers of two statements libpq says once that one is complete.
  auto* result = PQgetResult(connection_.get());
  if (result == nullptr)
    result = PQgetResult(connection_.get());
  return checked(result);
}

} // namespace zzz_jobs::bench
