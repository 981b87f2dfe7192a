#include "cluster/table.hpp"

#include "cluster/plan.hpp"

namespace zzz_jobs::cluster {

std::vector<Row> read_table(support::SqlConnection& connection, const std::string& schema) {
  std::vector<Row> table;
  for (const auto& row :
       connection.rows("SELECT id, state, attempt, completed_at IS NOT NULL, args FROM "
                       + connection.identifier(schema) + ".zzz_jobs WHERE worker = "
                       + connection.literal(worker_name) + " ORDER BY id"))
    table.push_back({.id = std::stoll(row.at(0)),
                     .state = static_cast<JobState>(std::stoi(row.at(1))),
                     .attempt = std::stoi(row.at(2)),
                     .has_completed_at = row.at(3) == "t",
                     .payload = plan_of(row.at(4)).payload});
  return table;
}

} // namespace zzz_jobs::cluster
