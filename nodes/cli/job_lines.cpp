#include <zzz_jobs/nodes/cli/job_lines.hpp>

#include <zzz_jobs/nodes/cli/fields.hpp>
#include <zzz_jobs/nodes/cli/when.hpp>

#include <nlohmann/json.hpp>

namespace zzz_jobs::node::cli {

namespace {

constexpr std::size_t note_columns_max = 60;

/// "2/20": attempts used of those it has.
std::string attempts(const nlohmann::json& job) {
  const auto used =
    number_at(job, "attempt").value_or(0) - number_at(job, "free_attempts").value_or(0);
  return std::to_string(used) + "/" + shown_number(job, "max_attempts");
}

std::string last_error(const nlohmann::json& job) {
  const auto& errors = list_at(job, "errors");
  return errors.empty() ? std::string{} : shown_text(errors.back(), "error");
}

std::string progress(const nlohmann::json& job) {
  const auto percent = number_at(job, "progress");
  if (!percent)
    return {};
  const auto note = shown_text(job, "progress_note");
  return std::to_string(*percent) + " %" + (note.empty() ? "" : " " + note);
}

/// What one wants to know first of a job in its state.
std::string note(const nlohmann::json& job, UnixTime now) {
  const auto state = text_at(job, "state");
  const auto due = time_at(job, "scheduled_at");
  if (state == "executing")
    return progress(job);
  if (state == "completed")
    return shown_text(job, "result");
  if (state == "scheduled" && due)
    return "due " + age(*due, now);
  if (state == "retryable" && due)
    return "again " + age(*due, now) + ": " + last_error(job);
  return last_error(job);
}

class Facts {
public:
  Facts(std::ostream& out, const Style& style) : out_(out), style_(style) {}
  void add(std::string_view name, const std::string& value) {
    if (value.empty())
      return;
    std::string title{name};
    title.resize(14, ' ');
    out_ << style_.dim(title) << value << '\n';
  }

private:
  std::ostream& out_;
  const Style& style_;
};

void add_times(Facts& facts, const nlohmann::json& job, UnixTime now) {
  const auto add = [&](std::string_view name, const char* key) {
    if (const auto time = time_at(job, key))
      facts.add(name, time_and_age(*time, now));
  };
  add("inserted", "inserted_at");
  add("due", "scheduled_at");
  add("claimed", "attempted_at");
  add("ended", "completed_at");
}

void print_errors(std::ostream& out, const nlohmann::json& job, const Style& style, UnixTime now) {
  const auto& errors = list_at(job, "errors");
  if (errors.empty())
    return;
  out << style.dim("errors") << '\n';
  for (const auto& error : errors) {
    const auto at = time_at(error, "at");
    out << "  attempt " << shown_number(error, "attempt");
    if (at)
      out << ", " << time_and_age(*at, now);
    out << "\n    " << style.bad(printable_lines(text_at(error, "error"))) << '\n';
  }
}

} // namespace

Table job_table() {
  return Table{{">ID", "STATE", "QUEUE", "WORKER", ">PRIO", ">TRIES", ">INSERTED", "NOTE"}};
}

void add_job(Table& table, const nlohmann::json& job, const Style& style, UnixTime now) {
  const auto inserted = time_at(job, "inserted_at");
  table.add({shown_number(job, "id"), style.state(shown_text(job, "state")),
             shown_text(job, "queue"), shown_text(job, "worker"), shown_number(job, "priority"),
             attempts(job), inserted ? age(*inserted, now) : "",
             shortened(note(job, now), note_columns_max)});
}

void print_job(std::ostream& out, const nlohmann::json& job, const Style& style, UnixTime now) {
  Facts facts(out, style);
  facts.add("job", style.bold(shown_number(job, "id")));
  facts.add("state", style.state(shown_text(job, "state")));
  facts.add("queue", shown_text(job, "queue"));
  facts.add("worker", shown_text(job, "worker"));
  facts.add("priority", shown_number(job, "priority"));
  facts.add("attempts",
            attempts(job) + " (claimed " + counted(number_at(job, "attempt").value_or(0), "time")
              + ")");
  facts.add("timeout",
            duration_text(std::chrono::seconds{number_at(job, "timeout_s").value_or(0)}));
  add_times(facts, job, now);
  facts.add("unique key", shown_text(job, "unique_key"));
  facts.add("node", shown_number(job, "node"));
  facts.add("progress", progress(job));
  facts.add("args", shown_text(job, "args"));
  facts.add("result", shown_text(job, "result"));
  print_errors(out, job, style, now);
}

} // namespace zzz_jobs::node::cli
