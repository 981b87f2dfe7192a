#include <zzz_jobs/stores/pg_transaction.hpp>

#include <zzz_jobs/stores/detail/pg_arrays.hpp>
#include <zzz_jobs/stores/detail/pg_sql.hpp>
#include <zzz_jobs/stores/detail/pqxx_fields.hpp>
#include <zzz_jobs/stores/detail/pqxx_session.hpp>
#include <zzz_jobs/stores/sql/postgres.hpp>

#include <vector>

namespace zzz_jobs {
namespace detail::pg {
namespace {

/// A key's holder may end between the insertion that lost to it and the question
/// who it was; so often in a row it does not.
constexpr int tries_max = 10;

/// One enqueue in the caller's transaction.
class OneEnqueue {
public:
  OneEnqueue(pqxx::transaction_base& transaction, const NewJob& job, const std::string& schema,
             std::optional<std::int64_t> id)
    : transaction_(transaction), job_(job), schema_(schema), id_(id) {}

  [[nodiscard]] Enqueued answer() {
    Enqueued replacing;
    for (int tries = 0; tries < tries_max; ++tries) {
      if (const auto before = repeated())
        return *before;
      if (replaces_another(job_))
        cancel_holder(replacing);
      if (auto done = insert()) {
        done->replaced = replacing.replaced;
        done->cancelled = replacing.cancelled;
        return *done;
      }
      if (const auto holder = holder_of_key())
        return *holder;
    }
    throw Error{errc::conflict,
                "job: unique_key: held by other jobs each time it was tried ("
                  + std::to_string(tries_max) + " times)"};
  }

private:
  template <class... Args>
  pqxx::result ask(std::string_view sql, const Args&... args) {
    return run(transaction_, with_schema(sql, schema_), args...);
  }

  static Enqueued facts(const pqxx::row& row, bool conflict) {
    Enqueued done;
    done.id = row[0].as<std::int64_t>();
    done.conflict = conflict;
    done.state = static_cast<JobState>(row[1].as<int>());
    done.inserted_at = time_of(row[2]);
    done.scheduled_at = time_of(row[3]);
    return done;
  }

  /// The answer of an earlier run of this transaction, which was committed.
  std::optional<Enqueued> repeated() {
    if (!id_)
      return std::nullopt;
    const auto rows = ask(sql::postgres::job_facts, *id_);
    return rows.empty() ? std::nullopt : std::optional{facts(rows[0], true)};
  }

  std::optional<Enqueued> insert() {
    std::optional<std::string> delay_s;
    if (job_.delay)
      delay_s = std::to_string(job_.delay->count());
    const auto rows = ask(sql::postgres::insert_one_job, job_.queue, job_.worker, job_.args,
                          job_.priority, job_.max_attempts, job_.scheduled_at, delay_s,
                          job_.unique_key, job_.timeout.count(), id_);
    return rows.empty() ? std::nullopt : std::optional{facts(rows[0], false)};
  }

  std::optional<Enqueued> holder_of_key() {
    if (!job_.unique_key || replaces_another(job_))
      return std::nullopt;
    const auto rows = ask(sql::postgres::holders, array_of(std::vector{*job_.unique_key}));
    if (rows.empty())
      return std::nullopt;
    Enqueued done;
    done.id = rows[0][1].as<std::int64_t>();
    done.conflict = true;
    done.state = static_cast<JobState>(rows[0][2].as<int>());
    done.inserted_at = time_of(rows[0][4]);
    done.scheduled_at = time_of(rows[0][5]);
    return done;
  }

  void cancel_holder(Enqueued& replacing) {
    const auto now = ask(sql::postgres::database_time)[0][0].as<std::int64_t>() / 1000;
    for (const auto& row :
         ask(sql::postgres::cancel_holders, array_of(std::vector{*job_.unique_key}), now)) {
      replacing.replaced = row[1].as<std::int64_t>();
      if (row[3].as<bool>())
        replacing.cancelled = Claim{replacing.replaced, row[2].as<std::int32_t>()};
    }
  }

  pqxx::transaction_base& transaction_;
  const NewJob& job_;
  const std::string& schema_;
  std::optional<std::int64_t> id_;
};

} // namespace
} // namespace detail::pg

Enqueued enqueue(pqxx::transaction_base& transaction, std::string_view worker,
                 std::string_view args, const JobOpts& opts, const PgTables& tables,
                 std::optional<std::int64_t> id) {
  const auto job = make_new_job(worker, std::string{args}, opts, tables.limits);
  return detail::pg::OneEnqueue{transaction, job, tables.schema, id}.answer();
}

std::int64_t reserve_id(pqxx::transaction_base& transaction, const PgTables& tables) {
  const auto sql = detail::pg::with_schema(sql::postgres::reserve_id, tables.schema);
  return detail::pg::run(transaction, sql)[0][0].as<std::int64_t>();
}

void complete(pqxx::transaction_base& transaction, const Claim& claim,
              std::optional<std::string> result, const PgTables& tables) {
  if (result)
    check_text("result", *result, tables.limits.result_bytes_max);
  const auto sql = detail::pg::with_schema(sql::postgres::complete_one_job, tables.schema);
  const auto rows = detail::pg::run(transaction, sql, claim.job_id, claim.attempt, result);
  if (!rows.empty())
    return;
  transaction.abort(); // whoever goes on all the same must not commit effects of a lost claim
  throw Error{errc::conflict,
              "job " + std::to_string(claim.job_id) + ", attempt " + std::to_string(claim.attempt)
                + ": its claim was lost; the transaction is rolled back"};
}

} // namespace zzz_jobs
