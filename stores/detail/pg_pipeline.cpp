#include <zzz_jobs/stores/detail/pg_pipeline.hpp>

#include <utility>

namespace zzz_jobs::detail::pg {

Pipeline::Pipeline(Link& link, std::int64_t answer_ms, bool pooled) : link_(link) {
  if (!pooled)
    return;
  begin(); // a role's default may be another isolation level
  Params timeout;
  timeout.add(std::to_string(answer_ms));
  send(Query::pooled_settings, std::move(timeout));
}

void Pipeline::send(Query query, Params params, Read read) {
  link_.send(query, params);
  reads_.push_back(std::move(read));
}

void Pipeline::send(const char* sql) {
  link_.send(sql);
  reads_.emplace_back();
}

void Pipeline::settle() {
  link_.request_answers();
  read_answers();
}

void Pipeline::hurry() {
  if (!reads_.empty())
    link_.request_answers();
}

void Pipeline::read_answers() {
  while (!reads_.empty()) {
    const Rows rows = [this] {
      try {
        return link_.answer();
      } catch (const StatementError&) {
        reads_.clear();
        link_.recover();
        throw;
      }
    }();
    const auto read = std::move(reads_.front());
    reads_.pop_front();
    if (read)
      read(rows);
    last_answer_ = std::chrono::steady_clock::now();
  }
}

void Pipeline::commit() {
  try {
    ask_to_commit();
    committed();
  } catch (const StatementError&) {
    roll_back();
    throw;
  }
}

/// The answers are asked for before the commit is, in one breath: they then come
/// while the server waits for its disk.
void Pipeline::ask_to_commit() {
  try {
    link_.request_answers();
    if (explicit_)
      link_.send("COMMIT");
    link_.sync();
    read_answers();
  } catch (const ConnectionError& error) {
    throw CommitInDoubt{error.what(), false};
  }
}

void Pipeline::committed() {
  try {
    if (explicit_)
      read_commit();
    link_.synced();
  } catch (const ConnectionError& error) {
    throw CommitInDoubt{error.what(), true};
  }
}

/// A commit that fails (a deferred constraint) ends the transaction all the same.
void Pipeline::read_commit() {
  try {
    (void)link_.answer();
  } catch (const StatementError&) {
    explicit_ = false;
    link_.recover();
    throw;
  }
}

void Pipeline::begin() {
  if (std::exchange(explicit_, true))
    return;
  send("BEGIN ISOLATION LEVEL READ COMMITTED");
}

void Pipeline::roll_back() {
  if (!explicit_)
    return;
  send("ROLLBACK");
  link_.sync();
  read_answers();
  link_.synced();
}

void Pipeline::try_part(const std::function<void()>& part) {
  send("SAVEPOINT part");
  try {
    part();
    send("SET CONSTRAINTS ALL IMMEDIATE"); // what is checked at the commit, is checked now
    settle();
  } catch (const StatementError&) {
    // Released too: what follows is the transaction's own, by which it is known later.
    send("ROLLBACK TO SAVEPOINT part");
    send("RELEASE SAVEPOINT part");
    settle();
    throw;
  }
  send("RELEASE SAVEPOINT part");
}

} // namespace zzz_jobs::detail::pg
