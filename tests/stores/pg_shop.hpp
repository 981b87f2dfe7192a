#pragma once

#include "stores/pg_stores.hpp"

#include <zzz_jobs/stores/pg_transaction.hpp>

#include <pqxx/connection>
#include <pqxx/nontransaction>
#include <pqxx/transaction>

#include <optional>
#include <string>

namespace zzz_jobs::tests {

/// An application with a table of its own beside ours, in a schema of an odd name.
struct Shop {
  Shop() { database.run("CREATE TABLE orders (n int)"); }

  /// Runs `work` in a transaction and commits it.
  template <class Work>
  void transact(const Work& work) {
    pqxx::work transaction{connection};
    work(transaction);
    transaction.commit();
  }
  Enqueued put(pqxx::transaction_base& transaction, const JobOpts& opts = {},
               std::optional<std::int64_t> id = std::nullopt) {
    return enqueue(transaction, "mailer", "{}", opts, names, id);
  }
  Enqueued put_alone(const JobOpts& opts = {}, std::optional<std::int64_t> id = std::nullopt) {
    Enqueued done;
    transact([&](auto& transaction) { done = put(transaction, opts, id); });
    return done;
  }
  void order(pqxx::transaction_base& transaction) {
    transaction.exec("INSERT INTO " + quoted() + ".orders VALUES (1)");
  }
  [[nodiscard]] std::string quoted() const { return database.identifier(tables.schema()); }
  [[nodiscard]] std::string orders() { return database.value("SELECT count(*) FROM orders"); }
  [[nodiscard]] std::string jobs() { return database.value("SELECT count(*) FROM zzz_jobs"); }
  /// The one execution that a claim of "mail" finds.
  Job claim_one() {
    auto jobs = claim(store, 1);
    REQUIRE(jobs.size() == 1);
    return std::move(jobs.front());
  }

  PgTables tables{};
  PgStore store{quick_store(tables.target())};
  zzz_jobs::PgTables names{.schema = tables.schema()};
  support::SqlConnection database{tables.connect()};
  pqxx::connection connection{support::SharedPostgres::get().url()};
};

inline const JobOpts in_mail{.queue = "mail"};

} // namespace zzz_jobs::tests
