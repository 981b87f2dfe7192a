#include "examples/digest_directory/summary.hpp"

#include "examples/digest_directory/sql_statement.hpp"

#include <iomanip>
#include <ostream>

namespace digest_directory {
namespace {

constexpr std::size_t shown_per_reason = 3;

// A result may be another program's, and no JSON.
constexpr std::string_view select_totals = R"(
SELECT coalesce(sum(CASE WHEN state = 2 AND json_valid(result)
                         THEN json_extract(result, '$.bytes') END), 0),
       coalesce(sum(attempt - free_attempts > 1), 0)
FROM zzz_jobs WHERE queue = 'digest')";

constexpr std::string_view select_discarded = R"(
SELECT CASE WHEN json_valid(errors) THEN json_extract(errors, '$[#-1].error') END, args
FROM zzz_jobs WHERE queue = 'digest' AND state = 4 ORDER BY id)";

void read_discarded(sqlite3* connection, Summary& summary) {
  SqlStatement row{connection, select_discarded};
  while (row.step()) {
    auto& group = summary.discarded[std::string{row.text(0)}];
    ++group.count;
    if (group.first.size() < shown_per_reason)
      group.first.emplace_back(row.text(1));
  }
}

std::ostream& field(std::ostream& out, std::string_view name) {
  return out << std::left << std::setw(12) << name;
}

void print_left(std::ostream& out, const Summary& summary) {
  if (summary.jobs.live == 0 && summary.has_all)
    return;
  field(out, "left") << (summary.has_all ? "" : "at least ") << summary.jobs.live
                     << "; the same command goes on with them\n";
}

void print_discarded(std::ostream& out, const Summary& summary) {
  field(out, "discarded") << summary.jobs.discarded << '\n';
  for (const auto& [reason, group] : summary.discarded) {
    out << "  " << group.count << " times " << (reason.empty() ? "without a reason" : reason)
        << '\n';
    for (const auto& args : group.first)
      out << "    " << args << '\n';
    if (group.count > static_cast<std::int64_t>(group.first.size()))
      out << "    ...\n";
  }
}

} // namespace

Summary read_summary(zzz_jobs::SqliteStore& store) {
  Summary summary;
  summary.jobs = queue_state(store.counts());
  store.transaction([&](sqlite3* connection) {
    SqlStatement row{connection, select_totals};
    row.step();
    summary.bytes = row.number(0);
    summary.retried = row.number(1);
    read_discarded(connection, summary);
  });
  return summary;
}

void print(std::ostream& out, const Summary& summary) {
  field(out, "files") << summary.jobs.completed << '\n';
  field(out, "bytes") << summary.bytes << '\n';
  field(out, "wall time") << std::fixed << std::setprecision(2) << summary.seconds << " s\n";
  field(out, "jobs/s") << std::setprecision(0) << summary.jobs_per_second << '\n';
  field(out, "retried") << summary.retried << '\n';
  print_discarded(out, summary);
  if (summary.jobs.cancelled > 0)
    field(out, "cancelled") << summary.jobs.cancelled << '\n';
  if (summary.unreadable_directories > 0)
    field(out, "unreadable") << summary.unreadable_directories << " directories\n";
  print_left(out, summary);
  out.flush();
}

} // namespace digest_directory
