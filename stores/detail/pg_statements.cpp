#include <zzz_jobs/stores/detail/pg_statements.hpp>

#include <zzz_jobs/stores/detail/pg_sql.hpp>
#include <zzz_jobs/stores/sql/postgres.hpp>

namespace zzz_jobs::detail::pg {
namespace {

struct Source {
  std::string_view name;
  std::string_view sql;
};

/// In the order of the enumerators.
constexpr std::array<Source, query_count> sources{{
  {"pooled_settings", sql::postgres::pooled_settings},
  {"promote_due", sql::postgres::promote_due},
  {"next_due", sql::postgres::next_due},
  {"short_lock_timeout", sql::postgres::short_lock_timeout},
  {"lockable_executions", sql::postgres::lockable_executions},
  {"open_executions", sql::postgres::open_executions},
  {"set_progress", sql::postgres::set_progress},
  {"executions", sql::postgres::executions},
  {"complete_jobs", sql::postgres::complete_jobs},
  {"complete_with_results", sql::postgres::complete_with_results},
  {"delete_completed_jobs", sql::postgres::delete_completed_jobs},
  {"end_jobs", sql::postgres::end_jobs},
  {"hand_back_jobs", sql::postgres::hand_back_jobs},
  {"insert_jobs", sql::postgres::insert_jobs},
  {"insert_same_jobs", sql::postgres::insert_same_jobs},
  {"insert_keyed_jobs", sql::postgres::insert_keyed_jobs},
  {"insert_started_jobs", sql::postgres::insert_started_jobs},
  {"holders", sql::postgres::holders},
  {"cancel_holders", sql::postgres::cancel_holders},
  {"fire_tick", sql::postgres::fire_tick},
  {"claim_jobs", sql::postgres::claim_jobs},
  {"claim_jobs_from_marks", sql::postgres::claim_jobs_from_marks},
  {"probe", sql::postgres::probe},
  {"mark_turn", sql::postgres::mark_turn},
  {"hold_node", sql::postgres::hold_node},
  {"give_up_turn", sql::postgres::give_up_turn},
  {"was_given_up", sql::postgres::was_given_up},
  {"forget_turns", sql::postgres::forget_turns},
  {"written_by_turn", sql::postgres::written_by_turn},
  {"release_unanswered", sql::postgres::release_unanswered},
  {"renew_lease_late", sql::postgres::renew_lease_late},
  {"give_up_nodes", sql::postgres::give_up_nodes},
}};
static_assert(sources.back().name == "give_up_nodes");

} // namespace

Statements::Statements(const std::string& schema) {
  for (std::size_t i = 0; i < query_count; ++i)
    texts_[i] = with_schema(sources[i].sql, schema);
}

std::string_view Statements::name(Query query) noexcept {
  return sources[static_cast<std::size_t>(query)].name;
}

} // namespace zzz_jobs::detail::pg
