// An order and the job that ships it stand or fall together: both are written in one
// PostgreSQL transaction of the application's own. And so do the shipment and the
// completion of its job: however often the job runs, there is one shipment.
//
//   transactional_outbox        the database is that of DATABASE_URL

#include <zzz_jobs/stores/pg_schema.hpp>
#include <zzz_jobs/stores/pg_transaction.hpp>
#include <zzz_jobs/zzz_jobs.hpp>

#include <pqxx/pqxx>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <stdexcept>
#include <string>
#include <thread>

namespace {

struct Ship {
  std::string order{};
  MSGPACK_DEFINE_MAP(order)
};

struct Order {
  std::string number{};
  std::string item{};
};

constexpr int tries_max = 5;

void make_tables(const std::string& url) {
  pqxx::connection connection{url};
  pqxx::work transaction{connection};
  transaction.exec(
    "CREATE TABLE IF NOT EXISTS orders (number TEXT PRIMARY KEY, item TEXT NOT NULL)");
  transaction.exec("CREATE TABLE IF NOT EXISTS shipments (id BIGSERIAL PRIMARY KEY,"
                   " order_number TEXT NOT NULL REFERENCES orders)");
  transaction.commit();
}

// --- the order and its job ------------------------------------------------------

/// Taken before the transaction, so that it can be repeated as it was.
std::int64_t next_job_id(const std::string& url) {
  pqxx::connection connection{url};
  pqxx::nontransaction transaction{connection};
  return zzz_jobs::reserve_id(transaction);
}

/// Throws for an order of nothing: then there is neither order nor job.
void write_order(const std::string& url, const Order& order, std::int64_t job_id) {
  pqxx::connection connection{url};
  pqxx::work transaction{connection};
  const auto job = zzz_jobs::enqueue(transaction, "ship", zzz_jobs::encode_args(Ship{order.number}),
                                     {.queue = "shipping"}, {}, job_id);
  if (job.conflict)
    return; // an earlier try was committed, and its answer was lost
  transaction.exec("INSERT INTO orders (number, item) VALUES (" + transaction.quote(order.number)
                   + ", " + transaction.quote(order.item) + ")");
  if (order.item.empty())
    throw std::invalid_argument("an order of nothing");
  transaction.commit();
}

/// A connection that breaks during a commit leaves it in doubt: then it is written
/// once more, and the id of the job tells whether it is there already.
void place_order(const std::string& url, const Order& order) {
  const auto job_id = next_job_id(url);
  for (int tries = 1;; ++tries) {
    try {
      return write_order(url, order, job_id);
    } catch (const pqxx::in_doubt_error&) {
      if (tries == tries_max)
        throw;
    }
  }
}

// --- the handler ----------------------------------------------------------------

/// Its transaction has the job's completion in it. Where the claim was lost to
/// another execution, `complete` throws, and nothing of the transaction happens.
void ship(const std::string& url, const Ship& args, zzz_jobs::JobContext& context) {
  pqxx::connection connection{url};
  pqxx::work transaction{connection};
  const auto shipment = transaction
                          .exec("INSERT INTO shipments (order_number) VALUES ("
                                + transaction.quote(args.order) + ") RETURNING id")[0][0]
                          .as<std::string>();
  zzz_jobs::complete(transaction, context.claim(), "shipment " + shipment);
  transaction.commit();
  context.already_completed(); // nothing more is recorded of this execution
}

// --- all of it ------------------------------------------------------------------

int count(const std::string& url, const std::string& table) {
  pqxx::connection connection{url};
  pqxx::nontransaction transaction{connection};
  return transaction.exec("SELECT count(*) FROM " + table)[0][0].as<int>();
}

void wait_until_shipped(zzz_jobs::PgSupervisor& jobs, int orders) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds{30};
  while (jobs.count_by_state("shipping", zzz_jobs::JobState::completed) < orders) {
    if (std::chrono::steady_clock::now() > deadline)
      throw std::runtime_error("the orders were not shipped");
    std::this_thread::sleep_for(std::chrono::milliseconds{10});
  }
}

void run(const std::string& url) {
  make_tables(url);
  zzz_jobs::SupervisorConfig config;
  config.queues = {{.name = "shipping", .concurrency = 4}};
  zzz_jobs::PgSupervisor jobs{{.url = url}, config};
  jobs.register_worker(
    "ship", [&](const Ship& args, zzz_jobs::JobContext& context) { ship(url, args, context); });
  // Wakes the queue at the commit; without it the job is found within a second.
  zzz_jobs::pg::install_wake_trigger({.url = url});
  jobs.start();

  const auto job_id = next_job_id(url);
  for (int tries = 0; tries < 2; ++tries) // as after a commit in doubt
    write_order(url, {"2026-1", "tea"}, job_id);
  place_order(url, {"2026-2", "coffee"});
  try {
    place_order(url, {"2026-3", ""});
  } catch (const std::invalid_argument& error) {
    std::printf("refused: %s\n", error.what());
  }
  wait_until_shipped(jobs, 2);
  const auto shipped = jobs.get(job_id);
  std::printf("order 2026-1: %s\n", shipped->result->c_str());
  if (!jobs.stop() || count(url, "orders") != 2 || count(url, "shipments") != 2
      || jobs.list().size() != 2)
    throw std::runtime_error("there must be two orders, two shipments and two jobs");
}

} // namespace

int main() {
  try {
    const char* url = std::getenv("DATABASE_URL");
    if (url == nullptr)
      throw std::invalid_argument("DATABASE_URL must name the database");
    run(url);
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "transactional_outbox: %s\n", error.what());
    return 1;
  }
}
