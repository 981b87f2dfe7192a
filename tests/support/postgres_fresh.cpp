#include "support/postgres_fresh.hpp"

#include <atomic>
#include <chrono>
#include <cstdio>
#include <stdexcept>

#include <unistd.h>

namespace zzz_jobs::support {

namespace {

SqlConnection superuser() {
  return SqlConnection{SharedPostgres::get().url()};
}

/// For destructors: what cannot be removed goes with the server.
template <class F>
void told(F&& f) noexcept {
  try {
    f();
  } catch (const std::exception& error) {
    std::fprintf(stderr, "not removed: %s\n", error.what());
  }
}

} // namespace

std::string fresh_name(const std::string& prefix) {
  // A number of a process comes again, and what a crash left may still be there.
  static const auto begin = std::chrono::steady_clock::now().time_since_epoch().count();
  static std::atomic<int> count{0};
  return prefix + "zzz_test_" + std::to_string(begin) + "_" + std::to_string(getpid()) + "_"
    + std::to_string(++count);
}

FreshSchema::~FreshSchema() {
  told([&] {
    auto connection = superuser();
    connection.run("DROP SCHEMA IF EXISTS " + connection.identifier(name_) + " CASCADE");
  });
}

void FreshSchema::create() {
  auto connection = superuser();
  connection.run("CREATE SCHEMA " + connection.identifier(name_));
}

SqlConnection FreshSchema::connect() const {
  auto connection = superuser();
  connection.run("SET search_path = " + connection.identifier(name_));
  return connection;
}

FreshDatabase::FreshDatabase() : name_(fresh_name()) {
  superuser().run("CREATE DATABASE " + name_ + " TEMPLATE template0");
}

FreshDatabase::~FreshDatabase() {
  told([&] { superuser().run("DROP DATABASE " + name_ + " WITH (FORCE)"); });
}

std::string FreshDatabase::url(std::string_view user) const {
  return SharedPostgres::get().url(user, name_);
}

FreshRole::FreshRole() : name_(fresh_name()) {
  auto connection = superuser();
  connection.run("CREATE ROLE " + name_ + " LOGIN PASSWORD "
                 + connection.literal(SharedPostgres::get().password()));
}

FreshRole::~FreshRole() {
  told([&] { superuser().run("DROP OWNED BY " + name_ + "; DROP ROLE " + name_); });
}

} // namespace zzz_jobs::support
