#include <zzz_jobs/nodes/cli/queue_table.hpp>

#include <zzz_jobs/nodes/cli/fields.hpp>
#include <zzz_jobs/nodes/cli/table.hpp>
#include <zzz_jobs/nodes/cli/when.hpp>

#include <nlohmann/json.hpp>

namespace zzz_jobs::node::cli {

namespace {

std::string load(const nlohmann::json& queue) {
  const auto concurrency = number_at(queue, "concurrency");
  if (!concurrency)
    return "-"; // not a queue of this node
  return std::to_string(number_at(queue, "running").value_or(0)) + "/"
    + std::to_string(*concurrency);
}

std::string waiting_time(const nlohmann::json& queue) {
  const auto oldest = number_at(queue, "oldest_waiting_s");
  return oldest ? duration_text(std::chrono::seconds{*oldest}) : "";
}

} // namespace

void print_queues(std::ostream& out, const nlohmann::json& answer, const Style& style) {
  Table table{{"QUEUE", "", ">RUNNING", ">AVAILABLE", ">OLDEST", ">EXECUTING", ">SCHEDULED",
               ">RETRYABLE", ">COMPLETED", ">DISCARDED", ">CANCELLED"}};
  for (const auto& queue : list_at(answer, "queues")) {
    const auto& counts = object_at(queue, "counts");
    const auto count = [&](const char* state) {
      return grouped(number_at(counts, state).value_or(0));
    };
    const auto discarded = number_at(counts, "discarded").value_or(0);
    table.add({shown_text(queue, "queue"), flag_at(queue, "paused") ? style.warning("paused") : "",
               load(queue), count("available"), waiting_time(queue), count("executing"),
               count("scheduled"), count("retryable"), count("completed"),
               discarded > 0 ? style.bad(grouped(discarded)) : "0", count("cancelled")});
  }
  if (table.empty())
    out << "no queues\n";
  else
    table.print(out, style);
}

} // namespace zzz_jobs::node::cli
