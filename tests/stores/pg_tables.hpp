#pragma once

#include "support/catch.hpp"
#include "support/postgres_fresh.hpp"

#include <zzz_jobs/config/errc.hpp>
#include <zzz_jobs/stores/pg_schema.hpp>

#include <string>

namespace zzz_jobs::tests {

/// The Error that `f` throws.
template <class F>
Error error_of(F&& f) {
  try {
    f();
  } catch (const Error& error) {
    return error;
  }
  FAIL("no Error");
  return Error{errc{}, ""};
}

/// A schema for tables of ours, of a name that has to be quoted.
class PgTables {
public:
  [[nodiscard]] pg::Target target() const {
    return {support::SharedPostgres::get().url(), schema_.name()};
  }
  [[nodiscard]] pg::Target target_as(const support::FreshRole& role) const {
    return {role.url(), schema_.name()};
  }
  [[nodiscard]] pg::Target target_through_bouncer() const {
    return {support::SharedPostgres::get().bouncer_url(), schema_.name()};
  }
  [[nodiscard]] const std::string& schema() const noexcept { return schema_.name(); }
  /// As another program, that names tables without their schema.
  [[nodiscard]] support::SqlConnection connect() const { return schema_.connect(); }

  /// The published definition alone, as another program makes it.
  void make_published_table() {
    schema_.create();
    connect().run(R"(
      CREATE TABLE IF NOT EXISTS zzz_jobs (
        id BIGSERIAL PRIMARY KEY,
        state INTEGER NOT NULL DEFAULT 0,
        queue TEXT NOT NULL DEFAULT 'default',
        worker TEXT NOT NULL,
        args TEXT NOT NULL DEFAULT '',
        priority INTEGER NOT NULL DEFAULT 0,
        attempt INTEGER NOT NULL DEFAULT 0,
        max_attempts INTEGER NOT NULL DEFAULT 20,
        scheduled_at BIGINT NOT NULL DEFAULT 0,
        attempted_at BIGINT,
        completed_at BIGINT,
        inserted_at BIGINT NOT NULL DEFAULT 0,
        errors TEXT,
        unique_key TEXT
      );
      CREATE INDEX IF NOT EXISTS idx_zzz_jobs_claim
        ON zzz_jobs (queue, state, scheduled_at, priority))");
  }

private:
  support::FreshSchema schema_{"a \"b' "};
};

} // namespace zzz_jobs::tests
