#include <zzz_jobs/stores/detail/sqlite_neighbours.hpp>

#include <zzz_jobs/stores/sql/sqlite.hpp>

#include <thread>

namespace zzz_jobs::detail::sqlite {
namespace {

// Measured beside a program that inserts every 5 ms: without the pauses it
// waits up to 73 ms for its turn, with them 4 ms (p99), for a fifth of our rate.
constexpr auto pause = std::chrono::milliseconds{1};
constexpr auto busy_time = std::chrono::milliseconds{5};
constexpr auto memory = std::chrono::minutes{1};

} // namespace

Neighbours::Neighbours(Connection& connection) noexcept
  : connection_(connection), data_version_(connection.get(), sql::sqlite::data_version) {}

bool Neighbours::have_written() {
  auto rows = data_version_.query();
  const auto version = rows.next() ? std::optional{rows.integer(0)} : std::nullopt;
  const bool changed = version != version_;
  if (changed && version_)
    seen_at_ = Clock::now();
  version_ = version;
  return changed;
}

void Neighbours::give_way() {
  const bool waited = connection_.has_waited();
  if (!waited && !seen_at_)
    return;
  const auto now = Clock::now();
  if (waited)
    seen_at_ = now;
  if (now - *seen_at_ > memory)
    seen_at_.reset();
  if (now - last_commit_ > busy_time)
    writing_since_ = now;
  last_commit_ = now;
  if (!seen_at_ || now - writing_since_ < busy_time)
    return;
  std::this_thread::sleep_for(pause);
  writing_since_ = last_commit_ = Clock::now();
}

} // namespace zzz_jobs::detail::sqlite
