// How the server runs the statements of turns and the watch's look, whatever it
// believes of the tables.
#include "stores/pg_stores.hpp"

#include <zzz_jobs/stores/detail/pg_sql.hpp>
#include <zzz_jobs/stores/detail/pg_statements.hpp>
#include <zzz_jobs/stores/sql/postgres.hpp>

#include <algorithm>
#include <map>
#include <set>

#include <nlohmann/json.hpp>

using namespace zzz_jobs;
using namespace zzz_jobs::tests;
using detail::pg::Query;
using detail::pg::Statements;

namespace {

using Steps = std::set<std::string>;

/// How each statement finds rows of zzz_jobs; what is not here reads none. Whether a
/// queue has a job at all, either index tells.
const std::map<std::string, std::vector<Steps>, std::less<>> expected{
  {"promote_due", {{"by idx_zzz_jobs_due", "by zzz_jobs_pkey"}}},
  {"next_due", {{"along idx_zzz_jobs_due"}}},
  {"lockable_executions", {{"by zzz_jobs_pkey"}}},
  {"open_executions", {{"by zzz_jobs_pkey"}}},
  {"set_progress", {{"by zzz_jobs_pkey"}}},
  {"executions", {{"by zzz_jobs_pkey"}}},
  {"complete_jobs", {{"by zzz_jobs_pkey"}}},
  {"complete_with_results", {{"by zzz_jobs_pkey"}}},
  {"delete_completed_jobs", {{"by zzz_jobs_pkey"}}},
  {"end_jobs", {{"by zzz_jobs_pkey"}}},
  {"hand_back_jobs", {{"by zzz_jobs_pkey"}}},
  {"insert_started_jobs", {{"by idx_zzz_jobs_available"}, {"by idx_zzz_jobs_claim"}}},
  {"holders", {{"by idx_zzz_jobs_unique"}}},
  {"cancel_holders", {{"by idx_zzz_jobs_unique", "by zzz_jobs_pkey"}}},
  {"claim_jobs", {{"by idx_zzz_jobs_available", "by zzz_jobs_pkey"}}},
  {"claim_jobs_from_marks", {{"by idx_zzz_jobs_available", "by zzz_jobs_pkey"}}},
  {"probe",
   {{"along idx_zzz_jobs_due", "by idx_zzz_jobs_available"},
    {"along idx_zzz_jobs_due", "by idx_zzz_jobs_claim"}}},
  {"written_by_turn", {{"by zzz_jobs_pkey"}}},
  {"release_unanswered", {{"by idx_zzz_jobs_claim"}}},
  {"look",
   {{"along idx_zzz_jobs_due", "by idx_zzz_jobs_available"},
    {"along idx_zzz_jobs_due", "by idx_zzz_jobs_claim"}}},
};

/// "by": it knows where in the index; "along": from the index's beginning.
void collect(const nlohmann::json& node, Steps& steps) {
  const auto type = node.value("Node Type", "");
  const auto index = node.value("Index Name", "");
  const auto is_of = [&](const char* table) { return index.find(table) != std::string::npos; };
  if (is_of("zzz_jobs") && !is_of("zzz_jobs_nodes") && !is_of("zzz_jobs_queues")
      && !is_of("zzz_jobs_turns"))
    steps.insert((node.contains("Index Cond") ? "by " : "along ") + index);
  if (type == "Seq Scan" && node.value("Relation Name", "") == "zzz_jobs")
    steps.insert("all of zzz_jobs");
  if (type.ends_with("Sort"))
    steps.insert("a sort");
  for (const auto& below : node.value("Plans", nlohmann::json::array()))
    collect(below, steps);
}

std::string text_of(const Steps& steps) {
  std::string text;
  for (const auto& step : steps)
    text += (text.empty() ? "" : ", ") + step;
  return text;
}

enum class Session : std::uint8_t { turns, pooled_turns, watch, pooled_watch };

const char* text_of(Session session) {
  switch (session) {
    case Session::turns: return "turns";
    case Session::pooled_turns: return "pooled turns";
    case Session::watch: return "the watch";
    case Session::pooled_watch: return "the pooled watch";
  }
  return "nobody";
}

/// A session as turns or the watch have them, in which all their statements are explained.
class Explained {
public:
  Explained(const PgTables& tables, Session session)
    : connection_(tables.connect()), session_(session) {
    const auto& schema = tables.target().schema;
    if (session == Session::watch || session == Session::pooled_watch) {
      prepare("look_settings", std::string{sql::postgres::look_settings});
      prepare("look", detail::pg::with_schema(sql::postgres::look, schema));
      if (session == Session::watch)
        (void)connection_.rows("EXECUTE look_settings('5000', false)");
      return;
    }
    connection_.run(std::string{sql::postgres::session_settings});
    const Statements statements{schema};
    for (std::size_t i = 0; i < detail::pg::query_count; ++i) {
      const auto query = static_cast<Query>(i);
      prepare(std::string{Statements::name(query)}, statements.text(query));
    }
  }

  /// Of the statements that are run otherwise than expected, how.
  [[nodiscard]] std::string surprises() {
    connection_.run("BEGIN");
    if (session_ == Session::pooled_turns)
      (void)connection_.rows("EXECUTE pooled_settings('30000')");
    if (session_ == Session::pooled_watch)
      (void)connection_.rows("EXECUTE look_settings('5000', true)");
    std::string text;
    for (const auto& name : names_) {
      if (name.ends_with("_settings"))
        continue;
      const auto explained =
        nlohmann::json::parse(
          connection_.value("EXPLAIN (FORMAT JSON) EXECUTE " + name + arguments(name)))
          .at(0);
      if (explained.contains("JIT"))
        text += name + " is compiled first\n";
      Steps steps;
      collect(explained.at("Plan"), steps);
      if (!is_expected(name, steps))
        text += name + ": " + text_of(steps) + "\n";
    }
    connection_.run("ROLLBACK; DISCARD PLANS");
    return text;
  }

private:
  void prepare(const std::string& name, const std::string& sql) {
    connection_.run("PREPARE " + name + " AS " + sql);
    names_.push_back(name);
  }
  [[nodiscard]] static bool is_expected(const std::string& name, const Steps& steps) {
    const auto known = expected.find(name);
    return known == expected.end()
      ? steps.empty()
      : std::find(known->second.begin(), known->second.end(), steps) != known->second.end();
  }
  /// Some value for each parameter.
  [[nodiscard]] std::string arguments(const std::string& name) {
    return connection_.value(
      "SELECT coalesce('(' || string_agg(CASE type::text WHEN 'text' THEN '''default''' WHEN "
      "'text[]' THEN '''{default,other}''' WHEN 'bigint[]' THEN '''{7,8}''' WHEN 'integer[]' "
      "THEN '''{1,1}''' ELSE '5' END, ', ' ORDER BY place) || ')', '') FROM "
      "pg_prepared_statements s, unnest(s.parameter_types) WITH ORDINALITY p (type, place) "
      "WHERE s.name = '"
      + name + "'");
  }

  support::SqlConnection connection_;
  Session session_;
  std::vector<std::string> names_{};
};

/// Rows of one state, in one queue.
std::string rows(int count, int state) {
  return "INSERT INTO zzz_jobs (state, worker, queue, scheduled_at, node, unique_key) SELECT "
    + std::to_string(state) + ", 'w', 'default', i, " + (state == 1 ? "1" : "NULL")
    + ", 'key ' || i || ' ' || " + std::to_string(state) + " FROM generate_series(1, "
    + std::to_string(count) + ") i;";
}

/// What the server was told of the table's size.
std::string claimed_size(const std::string& rows, const std::string& pages) {
  return "UPDATE pg_class SET reltuples = " + rows + ", relpages = " + pages
    + " WHERE oid = 'zzz_jobs'::regclass OR oid IN "
      "(SELECT indexrelid FROM pg_index WHERE indrelid = 'zzz_jobs'::regclass);";
}

} // namespace

TEST_CASE("no statistics change how turns and the watch find their rows", "[pg][turns][plans]") {
  const PgTables tables;
  { // makes the tables
    const PgStore store{quick_store(tables.target())};
  }
  auto database = tables.connect();
  database.run("ALTER TABLE zzz_jobs SET (autovacuum_enabled = off)");
  const auto session =
    GENERATE(Session::turns, Session::pooled_turns, Session::watch, Session::pooled_watch);
  INFO("session of " << text_of(session));
  Explained explained{tables, session};
  const auto check = [&](const std::string& what, const std::string& sql) {
    INFO(what);
    database.run(sql);
    CHECK(explained.surprises() == "");
  };
  check("an empty table, of which nothing is known", "DELETE FROM zzz_jobs");
  check("an empty table, known to be so", "ANALYZE zzz_jobs");
  check("filled since", rows(20'000, 2) + rows(20'000, 0));
  check("known", "ANALYZE zzz_jobs");
  check("finished rows only, and known", "DELETE FROM zzz_jobs WHERE state = 0; ANALYZE zzz_jobs");
  check("filled with waiting and executing ones since", rows(20'000, 0) + rows(20'000, 1));
  check("waiting rows only, and known", "DELETE FROM zzz_jobs WHERE state <> 0; ANALYZE zzz_jobs");
  check("due, executing and finished ones since",
        "DELETE FROM zzz_jobs;" + rows(20'000, 6) + rows(20'000, 1) + rows(20'000, 2));
  check("few executing rows, and known",
        "DELETE FROM zzz_jobs WHERE state <> 2;" + rows(3, 1) + "ANALYZE zzz_jobs");
  check("a table that seems to have hardly a row", claimed_size("1", "100000"));
  check("one that seems to have a thousand million rows", claimed_size("1e7", "10"));
}
