#pragma once

#include "support/postgres.hpp"
#include "support/sql_connection.hpp"

#include <string>

namespace zzz_jobs::support {

/// A name that no other test has, `prefix` before it.
[[nodiscard]] std::string fresh_name(const std::string& prefix = "");

/// A schema of the shared server that a test may fill; dropped with what is in it.
/// Made by whoever uses it (`create()`, or the store).
class FreshSchema {
public:
  explicit FreshSchema(const std::string& prefix = "") : name_(fresh_name(prefix)) {}
  ~FreshSchema();
  FreshSchema(const FreshSchema&) = delete;
  FreshSchema& operator=(const FreshSchema&) = delete;

  void create();
  [[nodiscard]] const std::string& name() const noexcept { return name_; }
  /// A connection of the superuser whose search_path is this schema.
  [[nodiscard]] SqlConnection connect() const;

private:
  std::string name_;
};

/// A database of the shared server, for tests that look at more than a schema.
class FreshDatabase {
public:
  FreshDatabase();
  ~FreshDatabase(); ///< with all that is connected to it
  FreshDatabase(const FreshDatabase&) = delete;
  FreshDatabase& operator=(const FreshDatabase&) = delete;

  [[nodiscard]] const std::string& name() const noexcept { return name_; }
  [[nodiscard]] std::string url(std::string_view user = "postgres") const;

private:
  std::string name_;
};

/// A role of the shared server that may log in and has no rights of its own.
class FreshRole {
public:
  FreshRole();
  ~FreshRole(); ///< its rights in the database "postgres" go with it
  FreshRole(const FreshRole&) = delete;
  FreshRole& operator=(const FreshRole&) = delete;

  [[nodiscard]] const std::string& name() const noexcept { return name_; }
  [[nodiscard]] std::string url() const { return SharedPostgres::get().url(name_); }
  [[nodiscard]] std::string bouncer_url() const { return SharedPostgres::get().bouncer_url(name_); }

private:
  std::string name_;
};

} // namespace zzz_jobs::support
