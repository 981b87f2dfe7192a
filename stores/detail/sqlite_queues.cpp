#include <zzz_jobs/stores/detail/sqlite_queues.hpp>

#include <zzz_jobs/stores/sql/sqlite.hpp>

namespace zzz_jobs::detail::sqlite {

Queues::Queues(sqlite3* connection) noexcept
  : set_(connection, sql::sqlite::set_paused), settings_(connection, sql::sqlite::queue_settings) {}

void Queues::set_paused(std::string_view queue, bool paused) {
  set_.execute(queue, paused);
  forget();
}

bool Queues::is_paused(std::string_view queue) {
  if (!is_read_)
    read();
  return paused_.contains(queue);
}

void Queues::read() {
  std::set<std::string, std::less<>> paused;
  for (auto& settings : settings())
    paused.insert(std::move(settings.queue));
  paused_ = std::move(paused);
  is_read_ = true;
}

std::vector<QueueSettings> Queues::settings() {
  std::vector<QueueSettings> all;
  auto rows = settings_.query();
  while (rows.next())
    all.push_back({std::string{rows.text(0)}, rows.integer(1) != 0});
  return all;
}

} // namespace zzz_jobs::detail::sqlite
