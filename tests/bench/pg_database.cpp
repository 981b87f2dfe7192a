#include "bench/pg_database.hpp"

#include "bench/work.hpp"

#include <zzz_jobs/stores/pg_schema.hpp>

#include <cstdlib>
#include <exception>
#include <fstream>
#include <stdexcept>
#include <string>

namespace zzz_jobs::bench {
namespace {

constexpr const char* variable = "ZZZ_JOBS_POSTGRES_URL";

/// Rows of no-op jobs, one for each number from 1.
std::string rows(std::size_t count) {
  return "SELECT '" + std::string{no_op} + "', '" + std::string{args_60_bytes}
  + "', extract(epoch FROM now())::bigint FROM generate_series(1, " + std::to_string(count) + ")";
}

} // namespace

std::string postgres_url() {
  const auto* url = std::getenv(variable);
  return url == nullptr ? "" : url;
}

std::string why_no_postgres() {
  return postgres_url().empty()
    ? std::string{variable} + " is not set; scripts/postgres starts a server and sets it"
    : "";
}

std::string describe_postgres() {
  PgWire wire{"public"};
  auto text = wire.value("SHOW server_version");
  for (const std::string name :
       {"fsync", "synchronous_commit", "full_page_writes", "max_wal_size", "shared_buffers"})
    text += ", " + name + " " + wire.value("SHOW " + name);
  return text;
}

bool is_postgres_here() {
  PgWire wire{"public"};
  std::ifstream file{"/proc/" + wire.value("SELECT pg_backend_pid()") + "/comm"};
  std::string command;
  return std::getline(file, command) && command == "postgres";
}

void require_durable_postgres() {
  PgWire wire{"public"};
  for (const std::string name : {"fsync", "synchronous_commit"})
    if (wire.value("SHOW " + name) != "on")
      throw std::runtime_error{"PostgreSQL: " + name + " is off, nothing it does is durable"};
}

PgDatabase::PgDatabase(std::string schema) : schema_(std::move(schema)), wire_(schema_) {
  wire_.execute("DROP SCHEMA IF EXISTS " + schema_ + " CASCADE");
  wire_.execute("CREATE SCHEMA " + schema_);
  pg::migrate_up({postgres_url(), schema_});
}

PgDatabase::~PgDatabase() {
  try {
    wire_.execute("DROP SCHEMA " + schema_ + " CASCADE");
  } catch (const std::exception&) {
    // The server is gone, and with it what is measured; the next run clears up.
  }
}

PgStore::Config PgDatabase::config() const {
  PgStore::Config config;
  config.url = postgres_url();
  config.schema = schema_;
  return config;
}

void PgDatabase::fill_waiting(std::size_t count) {
  const auto waiting = static_cast<std::size_t>(
    wire_.number("SELECT count(*) FROM zzz_jobs WHERE queue = 'default' AND state = 0"));
  if (waiting < count)
    wire_.execute("INSERT INTO zzz_jobs (worker, args, inserted_at) " + rows(count - waiting));
}

void PgDatabase::add_completed(std::size_t count) {
  wire_.execute("INSERT INTO zzz_jobs (worker, args, inserted_at, attempted_at, completed_at,"
                " state, attempt) SELECT *, 1, 1, 2, 1 FROM ("
                + rows(count) + ") r");
}

void PgDatabase::settle() {
  wire_.execute("VACUUM (ANALYZE) zzz_jobs");
  wire_.execute("CHECKPOINT");
}

std::int64_t PgDatabase::wal_bytes() {
  return wire_.number("SELECT (pg_current_wal_insert_lsn() - '0/0'::pg_lsn)::bigint");
}

std::int64_t PgDatabase::writing_commits() {
  return wire_.number("SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint");
}

} // namespace zzz_jobs::bench
