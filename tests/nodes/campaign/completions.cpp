#include "nodes/campaign/completions.hpp"

#include <set>
#include <utility>

namespace zzz_jobs::node::test {

void count_completions(support::SqlConnection& connection, const std::string& schema) {
  const auto s = connection.identifier(schema);
  connection.run("CREATE TABLE " + s
                 + ".completions (job BIGINT, attempt INTEGER);"
                   "CREATE FUNCTION "
                 + s
                 + ".completed() RETURNS trigger LANGUAGE plpgsql AS $$"
                   " BEGIN INSERT INTO "
                 + s
                 + ".completions VALUES (NEW.id, NEW.attempt);"
                   " RETURN NULL; END $$;"
                   "CREATE TRIGGER completed AFTER UPDATE ON "
                 + s
                 + ".zzz_jobs FOR EACH ROW"
                   " WHEN (NEW.state = 2) EXECUTE FUNCTION "
                 + s + ".completed()");
}

std::vector<std::string> problems_of_completions(support::SqlConnection& connection,
                                                 const std::string& schema,
                                                 const std::vector<cluster::Entry>& ledger) {
  const auto s = connection.identifier(schema);
  std::vector<std::string> problems;
  for (const auto& row : connection.rows(
         "SELECT id, count(job) FROM " + s + ".zzz_jobs LEFT JOIN " + s
         + ".completions ON job = id WHERE state = 2 GROUP BY id HAVING count(job) <> 1"))
    problems.push_back("job " + row.at(0) + " was completed " + row.at(1) + " times");
  std::set<std::pair<std::int64_t, std::int32_t>> accepted;
  for (const auto& row : connection.rows("SELECT job, attempt FROM " + s + ".completions"))
    accepted.emplace(std::stoll(row.at(0)), std::stoi(row.at(1)));
  for (const auto& entry : ledger)
    if (entry.kind == cluster::Kind::completed && !accepted.contains({entry.job, entry.attempt}))
      problems.push_back("the database knows nothing of: " + to_line(entry));
  return problems;
}

} // namespace zzz_jobs::node::test
