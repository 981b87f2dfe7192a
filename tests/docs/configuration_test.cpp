// docs_configuration PAGE: compares the tables of docs/configuration.md with the
// types themselves: every field, its default and, where the supervisor checks
// one, its range. A field that is new does not compile until it is named here.

#include "docs/option_text.hpp"

#include <zzz_jobs/zzz_jobs.hpp>

#include <cstdio>
#include <fstream>
#include <map>
#include <string>
#include <vector>

using namespace zzz_jobs;
using namespace std::chrono_literals;
using docs::text;

namespace {

using Fields = std::map<std::string, std::string>; ///< name -> default
using Types = std::map<std::string, Fields>;

#define FIELD(name)                                                                                \
  { #name, text(value.name) }

// The structured bindings count the fields: one more, and they do not compile.

Fields queue_config() {
  const QueueConfig value;
  [[maybe_unused]] const auto& [a, b, c, d] = value;
  return {FIELD(name), FIELD(concurrency), FIELD(poll_interval), FIELD(direct_start)};
}

Fields supervisor_config() {
  const SupervisorConfig value;
  [[maybe_unused]] const auto& [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p] = value;
  return {FIELD(queues),
          FIELD(poll_interval),
          FIELD(unknown_workers),
          FIELD(shutdown_timeout),
          FIELD(stop_grace),
          FIELD(store_timeout),
          FIELD(rescue_after),
          FIELD(rescue_interval),
          FIELD(retention),
          FIELD(prune_interval),
          FIELD(prefetch_max),
          FIELD(telemetry_backlog_max),
          FIELD(scheduler_threads),
          FIELD(limits),
          FIELD(mode),
          FIELD(log)};
}

/// What an enqueue that says nothing gets.
Fields job_opts() {
  [[maybe_unused]] const auto& [a, b, c, d, e, f, g, h] = JobOpts{};
  const auto value = make_new_job("worker", "", {});
  return {FIELD(queue), FIELD(priority),   FIELD(max_attempts),    FIELD(scheduled_at),
          FIELD(delay), FIELD(unique_key), FIELD(unique_strategy), FIELD(timeout)};
}

Fields worker_def() {
  const WorkerDef value;
  [[maybe_unused]] const auto& [a, b, c, d, e] = value;
  return {FIELD(name), FIELD(handler), FIELD(opts), FIELD(retry), FIELD(delete_completed)};
}

Fields cron_opts() {
  const CronOpts value;
  [[maybe_unused]] const auto& [a, b] = value;
  return {FIELD(zone), FIELD(missed)};
}

Fields limits() {
  const Limits value;
  [[maybe_unused]] const auto& [a, b, c, d, e, f, g, h] = value;
  return {FIELD(args_bytes_max),       FIELD(result_bytes_max),     FIELD(name_bytes_max),
          FIELD(unique_key_bytes_max), FIELD(error_text_bytes_max), FIELD(errors_count_max),
          FIELD(errors_bytes_max),     FIELD(enqueue_many_max)};
}

Fields prune_policy() {
  const PrunePolicy value;
  [[maybe_unused]] const auto& [a, b, c] = value;
  return {FIELD(completed), FIELD(discarded), FIELD(cancelled)};
}

Fields retention() {
  const Retention value;
  [[maybe_unused]] const auto& [a, b] = value;
  return {FIELD(age), FIELD(count)};
}

Fields memory_store() {
  const MemoryStore::Config value;
  [[maybe_unused]] const auto& [a, b, c] = value;
  return {FIELD(capacity), FIELD(clock), FIELD(limits)};
}

Fields sqlite_store() {
  const SqliteStore::Config value;
  [[maybe_unused]] const auto& [a, b, c, d, e] = value;
  return {FIELD(path), FIELD(durability), FIELD(busy_timeout), FIELD(clock), FIELD(limits)};
}

Fields pg_store() {
  const PgStore::Config value;
  [[maybe_unused]] const auto& [a, b, c, d, e, f, g, h, i, j, k] = value;
  return {FIELD(url),
          FIELD(schema),
          FIELD(migrate),
          FIELD(pooled),
          FIELD(lease),
          FIELD(look_interval),
          FIELD(connect_timeout),
          FIELD(answer_timeout),
          FIELD(clock),
          FIELD(limits),
          FIELD(log)};
}

#undef FIELD

/// A strategy by what it answers: the first retries without jitter, and the cap.
std::string delays(const RetryStrategy& strategy) {
  const auto plain = strategy.with_jitter(false);
  std::string found;
  for (const int retry : {1, 2, 3, 1000})
    found += (found.empty() ? "" : ", ") + std::to_string(plain.delay(retry, 0.5).count());
  return found + " s";
}

Fields retry_strategy() {
  return {{"exponential", delays(RetryStrategy::exponential())},
          {"linear", delays(RetryStrategy::linear())},
          {"constant", delays(RetryStrategy::constant())},
          {"custom", delays(RetryStrategy::custom([](std::int32_t retry) { return retry * 1s; }))}};
}

/// `key` -> `LOW to HIGH`, from the constructor's own complaints.
Fields ranges() {
  SupervisorConfig wrong;
  wrong.queues = {{.name = "q", .concurrency = 0, .poll_interval = -1ms}};
  wrong.poll_interval = wrong.shutdown_timeout = wrong.stop_grace = wrong.store_timeout = -1ms;
  wrong.rescue_after = -1s;
  wrong.rescue_interval = wrong.prune_interval = -1ms;
  wrong.prefetch_max = wrong.scheduler_threads = 4'000'000'000U;
  wrong.telemetry_backlog_max = 4'000'000'000U;
  Fields found;
  for (const auto& problem : problems_of(wrong))
    found.insert(docs::range_in(problem));
  return found;
}

/// The same of PgStore, which tells one problem at a time.
Fields pg_ranges() {
  Fields found;
  for (const auto& wrong :
       {PgStore::Config{.lease = 0s}, PgStore::Config{.look_interval = 0ms},
        PgStore::Config{.connect_timeout = 0s}, PgStore::Config{.answer_timeout = 0ms}})
    try {
      const PgStore store{wrong};
    } catch (const Error& problem) {
      found.insert(docs::store_range_in(problem.what()));
    }
  return found;
}

struct Row {
  std::string option;
  std::string standard;
  std::string range;
};

/// The tables below `## `Type`` headings: | `option` | default | range | effect |
std::map<std::string, std::vector<Row>> tables_of(const char* page) {
  std::map<std::string, std::vector<Row>> tables;
  std::ifstream lines{page};
  std::string heading;
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("## "))
      heading = docs::without_ticks(line.substr(3));
    if (const auto cells = docs::cells_of(line); line.starts_with("| `") && cells.size() >= 4)
      tables[heading].push_back({docs::without_ticks(cells[0]), docs::without_ticks(cells[1]),
                                 docs::without_ticks(cells[2])});
  }
  return tables;
}

class Findings {
public:
  template <class... Parts>
  void add(const Parts&... parts) {
    ++count_;
    std::puts((std::string{} + ... + parts).c_str());
  }
  [[nodiscard]] int count() const { return count_; }

private:
  int count_ = 0;
};

void compare(const std::string& type, Fields fields, const std::vector<Row>& rows,
             Findings& findings) {
  for (const auto& row : rows) {
    const auto field = fields.find(row.option);
    if (field == fields.end())
      findings.add(type, ": the page has \"", row.option, "\" twice, or it does not exist");
    else if (field->second != row.standard)
      findings.add(type, ".", row.option, ": default is \"", field->second, "\", the page says \"",
                   row.standard, "\"");
    fields.erase(row.option);
  }
  for (const auto& [name, standard] : fields)
    findings.add(type, ".", name, " (default ", standard, ") is not in the page");
}

void compare_ranges(const std::string& type, const std::string& prefix,
                    const std::vector<Row>& rows, const Fields& ranges, Findings& findings) {
  for (const auto& row : rows)
    if (const auto range = ranges.find(prefix + row.option);
        range != ranges.end() && range->second != row.range)
      findings.add(type, ".", row.option, ": range is \"", range->second, "\", the page says \"",
                   row.range, "\"");
}

} // namespace

int main(int argc, char** argv) {
  const Types types{{"SupervisorConfig", supervisor_config()},
                    {"QueueConfig", queue_config()},
                    {"JobOpts", job_opts()},
                    {"WorkerDef", worker_def()},
                    {"RetryStrategy", retry_strategy()},
                    {"CronOpts", cron_opts()},
                    {"Limits", limits()},
                    {"PrunePolicy", prune_policy()},
                    {"Retention", retention()},
                    {"MemoryStore::Config", memory_store()},
                    {"SqliteStore::Config", sqlite_store()},
                    {"PgStore::Config", pg_store()}};
  Findings findings;
  auto tables = tables_of(argc > 1 ? argv[1] : "");
  for (const auto& [type, fields] : types)
    compare(type, fields, tables[type], findings);
  const auto checked = ranges();
  if (checked.size() != 12)
    findings.add("of 12 ranges ", std::to_string(checked.size()), " were found");
  compare_ranges("SupervisorConfig", "", tables["SupervisorConfig"], checked, findings);
  compare_ranges("QueueConfig", "queue ", tables["QueueConfig"], checked, findings);
  const auto checked_by_store = pg_ranges();
  if (checked_by_store.size() != 4)
    findings.add("of 4 ranges of PgStore ", std::to_string(checked_by_store.size()), " were found");
  compare_ranges("PgStore::Config", "", tables["PgStore::Config"], checked_by_store, findings);
  return findings.count() == 0 ? 0 : 1;
}
