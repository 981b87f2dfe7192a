#include "bench/pg_limit.hpp"

#include <ctime>
#include <stdexcept>

namespace zzz_jobs::bench {
namespace {

/// With these no statistics lead to a worse plan than the one meant.
constexpr auto session = "SET jit = off; SET plan_cache_mode = force_generic_plan;"
                         "SET enable_seqscan = off; SET enable_bitmapscan = off;"
                         "SET enable_sort = off; SET enable_hashjoin = off;"
                         "SET enable_mergejoin = off; SET enable_material = off;"
                         "SET enable_memoize = off";

constexpr auto insert_many =
  "INSERT INTO zzz_jobs (queue, worker, args, priority, max_attempts, scheduled_at, inserted_at)"
  " SELECT q, w, a, p, m, s, $7 FROM unnest($1, $2, $3, $4, $5, $6) u (q, w, a, p, m, s)"
  " RETURNING id";

constexpr auto insert_one = "INSERT INTO zzz_jobs (worker, args, inserted_at)"
                            " VALUES ($1, $2, $3) RETURNING id";

constexpr auto claim =
  "UPDATE zzz_jobs SET state = 1, attempt = attempt + 1, attempted_at = $1, node = 1"
  " WHERE id = ANY (ARRAY(SELECT id FROM zzz_jobs"
  "   WHERE queue = 'default' AND state = 0 AND scheduled_at <= $1"
  "   ORDER BY priority, id LIMIT $2 FOR UPDATE SKIP LOCKED))"
  " RETURNING id, attempt, max_attempts, worker, args";

// state + 0: else the index that begins with queue and state is walked, all of it.
constexpr auto complete = "UPDATE zzz_jobs j SET state = 2, completed_at = $3, node = NULL"
                          " FROM unnest($1, $2) u (id, attempt)"
                          " WHERE j.id = u.id AND j.state + 0 = 1 AND j.attempt = u.attempt";

constexpr auto complete_and_delete =
  "DELETE FROM zzz_jobs j USING unnest($1, $2) u (id, attempt)"
  " WHERE j.id = u.id AND j.state + 0 = 1 AND j.attempt = u.attempt";

std::string now() {
  return binary(static_cast<std::int64_t>(std::time(nullptr)));
}

template <class Rows, class Get>
std::string array_of(Oid element_type, const Rows& rows, const Get& get) {
  auto array = binary_array(element_type, rows.size());
  for (const auto& row : rows)
    add_element(array, get(row));
  return array;
}

std::string_view queue_of(const JobRequest& job) {
  return job.opts.queue ? std::string_view{*job.opts.queue} : "default";
}

std::vector<std::string> columns_of(const std::vector<JobRequest>& jobs) {
  return {
    array_of(oid::text, jobs, queue_of),
    array_of(oid::text, jobs, [](const auto& job) { return std::string_view{job.worker}; }),
    array_of(oid::text, jobs, [](const auto& job) { return std::string_view{job.args}; }),
    array_of(oid::int4, jobs, [](const auto& job) { return job.opts.priority.value_or(0); }),
    array_of(oid::int4, jobs, [](const auto& job) { return job.opts.max_attempts.value_or(20); }),
    array_of(oid::int8, jobs, [](const auto&) { return std::int64_t{0}; }),
    now(),
  };
}

} // namespace

PgLimit::PgLimit(const std::string& schema) : wire_(schema), handler_([](const std::string&) {}) {
  wire_.execute(session);
  wire_.prepare(
    "insert", insert_many,
    {oid::texts, oid::texts, oid::texts, oid::int4s, oid::int4s, oid::int8s, oid::int8});
  wire_.prepare("claim", claim, {oid::int8, oid::int8});
  wire_.prepare("complete", complete, {oid::int8s, oid::int4s, oid::int8});
  wire_.prepare("delete", complete_and_delete, {oid::int8s, oid::int4s});
  wire_.enter_pipeline();
}

std::vector<std::int64_t> PgLimit::insert(const std::vector<JobRequest>& jobs) {
  wire_.send("insert", columns_of(jobs));
  wire_.sync();
  const auto answer = wire_.next();
  std::vector<std::int64_t> ids;
  ids.reserve(jobs.size());
  for (int row = 0; row < answer.rows(); ++row)
    ids.push_back(answer.int8(row, 0));
  (void)wire_.next();
  return ids;
}

std::size_t PgLimit::drain(std::size_t batch, Completed completed) {
  std::size_t count = 0;
  for (;;) {
    if (!claimed_.empty())
      send_completions(completed);
    send_claim(batch);
    wire_.sync();
    if (!claimed_.empty())
      read_completions();
    count += claimed_.size();
    read_claimed();
    (void)wire_.next();
    if (claimed_.empty())
      return count;
    for (const auto& job : claimed_)
      handler_(job.args);
  }
}

void PgLimit::send_completions(Completed completed) {
  std::vector<std::string> values{
    array_of(oid::int8, claimed_, [](const Claimed& job) { return job.id; }),
    array_of(oid::int4, claimed_, [](const Claimed& job) { return job.attempt; })};
  if (completed == Completed::kept)
    values.push_back(now());
  wire_.send(completed == Completed::kept ? "complete" : "delete", values);
}

void PgLimit::send_claim(std::size_t batch) {
  wire_.send("claim", {now(), binary(static_cast<std::int64_t>(batch))});
}

void PgLimit::read_completions() {
  if (wire_.next().touched() != claimed_.size())
    throw std::runtime_error{"the limit: a completion was refused"};
}

void PgLimit::read_claimed() {
  const auto answer = wire_.next();
  claimed_.clear();
  for (int row = 0; row < answer.rows(); ++row)
    claimed_.push_back({answer.int8(row, 0), answer.int4(row, 1), answer.int4(row, 2),
                        answer.text(row, 3), answer.text(row, 4)});
}

PgSingleInserts::PgSingleInserts(const std::string& schema) : wire_(schema) {
  wire_.execute(session);
  wire_.prepare("insert", insert_one, {oid::text, oid::text, oid::int8});
}

std::int64_t PgSingleInserts::insert(std::string_view worker, std::string_view args) {
  return wire_.run("insert", {std::string{worker}, std::string{args}, now()}).int8(0, 0);
}

} // namespace zzz_jobs::bench
