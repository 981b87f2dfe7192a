// An order and the job that confirms it stand or fall together: both are written
// in one SQLite transaction, on the connection of the store.

#include <zzz_jobs/stores/sqlite_transaction.hpp>
#include <zzz_jobs/zzz_jobs.hpp>

#include <sqlite3.h>

#include <cstdio>
#include <exception>
#include <filesystem>
#include <future>
#include <random>
#include <stdexcept>
#include <string>

namespace {

struct Confirm {
  std::int64_t order = 0;
  MSGPACK_DEFINE_MAP(order)
};

void execute(sqlite3* connection, const char* sql) {
  if (sqlite3_exec(connection, sql, nullptr, nullptr, nullptr) != SQLITE_OK)
    throw std::runtime_error(sqlite3_errmsg(connection));
}

/// Throws for an order without items: then there is neither order nor job.
void place_order(zzz_jobs::SqliteStore& store, int items) {
  store.transaction([&](sqlite3* connection) {
    execute(connection, "INSERT INTO orders DEFAULT VALUES");
    const Confirm args{sqlite3_last_insert_rowid(connection)};
    zzz_jobs::enqueue(connection, "confirm", zzz_jobs::encode_args(args));
    if (items == 0)
      throw std::invalid_argument("an order without items");
  });
}

void run(const std::filesystem::path& file) {
  zzz_jobs::SupervisorConfig config;
  config.queues = {{.name = "default"}};
  zzz_jobs::SqliteSupervisor supervisor{{.path = file}, config};
  supervisor.store().transaction([](sqlite3* connection) {
    execute(connection, "CREATE TABLE orders (id INTEGER PRIMARY KEY)");
  });

  std::promise<std::int64_t> confirmed;
  supervisor.register_worker("confirm",
                             [&](const Confirm& args) { confirmed.set_value(args.order); });
  supervisor.start();
  try {
    place_order(supervisor.store(), 0);
  } catch (const std::invalid_argument& error) {
    std::printf("refused: %s\n", error.what());
  }
  place_order(supervisor.store(), 2);
  // A second job would break the promise, so this is the only one.
  std::printf("order %lld is confirmed\n", static_cast<long long>(confirmed.get_future().get()));
  if (!supervisor.stop() || supervisor.list().size() != 1)
    throw std::runtime_error("there must be one job");
}

} // namespace

int main() {
  const auto file = std::filesystem::temp_directory_path()
    / ("zzz_jobs_orders_" + std::to_string(std::random_device{}()) + ".db");
  try {
    run(file);
    for (const char* ending : {"", ".lock"})
      std::filesystem::remove(file.string() + ending);
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "transactional_enqueue: %s\n", error.what());
    return 1;
  }
}
