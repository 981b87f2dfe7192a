#include "stores/sqlite_file.hpp"

#include <zzz_jobs/conformance/fixture.hpp>

#include <optional>
#include <tuple>

namespace {

template <zzz_jobs::Durability Kept>
struct SqliteFixture {
  static constexpr zzz_jobs::conformance::Capabilities capabilities{.reopens = true};

  explicit SqliteFixture(zzz_jobs::Limits with = {}) : limits(with) { reopen(); }
  zzz_jobs::SqliteStore& store() { return *opened; }
  void advance(std::chrono::seconds by) { file.clock->advance(by); }
  std::optional<zzz_jobs::Job> find(std::int64_t id) { return opened->get(id); }
  void reopen() {
    opened.reset(); // closing writes nothing but a checkpoint
    auto config = file.config(Kept);
    config.limits = limits;
    opened.emplace(std::move(config));
  }

  zzz_jobs::Limits limits;
  zzz_jobs::tests::SqliteFile file{};
  std::optional<zzz_jobs::SqliteStore> opened{};
};

} // namespace

using sqlite_stores = std::tuple<SqliteFixture<zzz_jobs::Durability::full>,
                                 SqliteFixture<zzz_jobs::Durability::normal>>;
#define ZZZ_JOBS_CONFORMANCE_FIXTURES sqlite_stores
#include <zzz_jobs/conformance/suite.hpp>
