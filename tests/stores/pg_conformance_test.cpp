#include "support/catch.hpp"
#include "support/eventually.hpp"
#include "support/postgres_fresh.hpp"

#include <zzz_jobs/conformance/fixture.hpp>
#include <zzz_jobs/conformance/virtual_clock.hpp>
#include <zzz_jobs/stores/pg_schema.hpp>
#include <zzz_jobs/stores/pg_store.hpp>

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <tuple>

namespace {

using zzz_jobs::PgStore;
using zzz_jobs::support::SharedPostgres;

/// A schema with the tables in it, a role, and what was granted to it.
class Tables {
public:
  explicit Tables(const std::string& prefix = "") : schema_(prefix) {}

  /// The role owns the schema, and the store makes the tables.
  void give_to_owner() {
    run("CREATE SCHEMA " + quoted_schema() + " AUTHORIZATION " + role_.name());
    grants_ = "GRANT ALL ON ALL TABLES IN SCHEMA " + quoted_schema() + " TO " + role_.name();
  }

  /// Somebody else made the tables, and the role has no right to change them.
  void give_to_runtime_role() {
    (void)zzz_jobs::pg::migrate_up({SharedPostgres::get().url(), schema_.name()});
    grants_ = zzz_jobs::pg::grants_sql(schema_.name(), role_.name());
    run(grants_);
  }

  /// The last words of `store` are not heard: all that is left of it in the
  /// database is what a kill -9 would leave.
  void drop_unheard(std::optional<PgStore>& store) {
    run("REVOKE ALL ON ALL TABLES IN SCHEMA " + quoted_schema() + " FROM " + role_.name());
    store.reset();
    run(grants_);
    // A number that no process has: this one lives on.
    run("UPDATE " + quoted_schema()
        + ".zzz_jobs_nodes SET process = regexp_replace(process, '[0-9]+ [0-9]+$', '999999999 1')");
  }

  void let_leases_run_out() {
    run("UPDATE " + quoted_schema() + ".zzz_jobs_nodes SET beat = beat - 1000 * lease_s");
  }

  [[nodiscard]] const std::string& schema() const noexcept { return schema_.name(); }
  [[nodiscard]] const zzz_jobs::support::FreshRole& role() const noexcept { return role_; }

private:
  void run(const std::string& sql) { superuser_.run(sql); }
  [[nodiscard]] std::string quoted_schema() const { return superuser_.identifier(schema()); }

  zzz_jobs::support::SqlConnection superuser_{SharedPostgres::get().url()};
  zzz_jobs::support::FreshRole role_{};
  zzz_jobs::support::FreshSchema schema_;
  std::string grants_{};
};

/// How the death of a process is noticed.
enum class Sign { sessions_end, lease_runs_out };

class PgFixture {
public:
  static constexpr zzz_jobs::conformance::Capabilities capabilities{.reopens = true};

  PgStore& store() { return *store_; }
  void advance(std::chrono::seconds by) { clock_->advance(by); }
  std::optional<zzz_jobs::Job> find(std::int64_t id) { return store_->get(id); }

  void reopen() {
    tables.drop_unheard(store_);
    if (sign_ == Sign::lease_runs_out)
      tables.let_leases_run_out();
    open();
    const auto death_noticed = std::make_shared<std::atomic<bool>>(false);
    store_->on_signal([death_noticed](zzz_jobs::StoreSignal signal) {
      if (signal == zzz_jobs::StoreSignal::dead_owner)
        *death_noticed = true;
    });
    CHECK(zzz_jobs::support::eventually([&] { return death_noticed->load(); }));
    store_->on_signal({});
  }

protected:
  PgFixture(zzz_jobs::Limits limits, Sign sign, const std::string& schema_prefix = "")
    : tables(schema_prefix), sign_(sign) {
    config.schema = tables.schema();
    config.look_interval = std::chrono::milliseconds{20};
    config.clock = clock_;
    config.limits = limits;
    config.log = zzz_jobs::log_nothing;
  }
  void open() { store_.emplace(config); }

  Tables tables;
  PgStore::Config config{};

private:
  Sign sign_;
  std::shared_ptr<zzz_jobs::conformance::VirtualClock> clock_ =
    std::make_shared<zzz_jobs::conformance::VirtualClock>();
  std::optional<PgStore> store_{};
};

struct AsOwner : PgFixture {
  explicit AsOwner(zzz_jobs::Limits limits = {}) : PgFixture(limits, Sign::sessions_end) {
    tables.give_to_owner();
    config.url = tables.role().url();
    open();
  }
};

struct AsRuntimeRole : PgFixture {
  explicit AsRuntimeRole(zzz_jobs::Limits limits = {}) : PgFixture(limits, Sign::lease_runs_out) {
    tables.give_to_runtime_role();
    config.url = tables.role().url();
    open();
  }
};

struct InOddSchema : PgFixture {
  explicit InOddSchema(zzz_jobs::Limits limits = {})
    : PgFixture(limits, Sign::lease_runs_out, R"(jo"b s'x )") {
    tables.give_to_owner();
    config.url = tables.role().url();
    open();
  }
};

/// In transaction mode.
struct ThroughPgBouncer : PgFixture {
  explicit ThroughPgBouncer(zzz_jobs::Limits limits = {})
    : PgFixture(limits, Sign::lease_runs_out) {
    tables.give_to_owner();
    config.url = tables.role().bouncer_url();
    config.pooled = true;
    open();
  }
};

} // namespace

using pg_stores = std::tuple<AsOwner, AsRuntimeRole, InOddSchema, ThroughPgBouncer>;
#define ZZZ_JOBS_CONFORMANCE_FIXTURES pg_stores
#include <zzz_jobs/conformance/suite.hpp>
