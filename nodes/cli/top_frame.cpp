#include <zzz_jobs/nodes/cli/top_frame.hpp>

#include <zzz_jobs/nodes/cli/fields.hpp>
#include <zzz_jobs/nodes/cli/node_table.hpp>
#include <zzz_jobs/nodes/cli/queue_table.hpp>
#include <zzz_jobs/nodes/cli/table.hpp>
#include <zzz_jobs/nodes/cli/when.hpp>

#include <array>
#include <cstdio>
#include <sstream>

namespace zzz_jobs::node::cli {

namespace {

void add_lines(std::vector<std::string>& lines, const std::string& text) {
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);)
    lines.push_back(std::move(line));
}

std::string head(const Moment& now, const Style& style, UnixTime time) {
  auto line = style.bold("zzz-jobs");
  if (const auto name = shown_text(now.version, "name"); !name.empty())
    line += " " + name;
  line += ", store " + shown_text(now.version, "store");
  if (const auto up = number_at(now.stats, "uptime_s"))
    line += ", up " + duration_text(std::chrono::seconds{*up});
  return line + ", " + local_time(time);
}

/// "completed 1,234/s"; "-" until there are two moments, and after a restart.
std::string rate(const Moment& now, const Moment* before, const char* key) {
  const std::string name{key};
  if (before == nullptr)
    return name + " -";
  const auto more = number_at(object_at(now.stats, "stats"), key).value_or(0)
    - number_at(object_at(before->stats, "stats"), key).value_or(0);
  const std::chrono::duration<double> time = now.at - before->at;
  if (more < 0 || time.count() <= 0)
    return name + " -";
  const auto a_second = static_cast<double>(more) / time.count();
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.1f", a_second);
  return name + " "
    + (a_second < 10 ? std::string{text.data()} : grouped(static_cast<std::int64_t>(a_second)))
    + "/s";
}

std::string rates(const Moment& now, const Moment* before) {
  std::string line = "this node: ";
  const std::array keys{"enqueued", "started", "completed", "failed", "discarded"};
  for (const auto* key : keys)
    line += (key == keys.front() ? "" : ", ") + rate(now, before, key);
  return line;
}

std::string running_for(const nlohmann::json& job, UnixTime time) {
  const auto since = time_at(job, "attempted_at");
  return since ? duration_text(time - *since) : "";
}

std::string progress(const nlohmann::json& job) {
  const auto percent = number_at(job, "progress");
  return percent ? std::to_string(*percent) + " % " + shown_text(job, "progress_note") : "";
}

std::string running_jobs(const Moment& now, const Style& style, UnixTime time) {
  Table table{{">RUNNING JOB", "QUEUE", "WORKER", ">FOR", ">NODE", "PROGRESS"}};
  for (const auto& job : list_at(now.jobs, "jobs"))
    table.add({shown_number(job, "id"), shown_text(job, "queue"), shown_text(job, "worker"),
               running_for(job, time), shown_number(job, "node"), progress(job)});
  std::ostringstream out;
  if (!table.empty())
    table.print(out, style);
  return out.str();
}

} // namespace

std::vector<std::string> top_frame(const Moment& now, const Moment* before, const Style& style,
                                   UnixTime time) {
  std::vector<std::string> lines{head(now, style, time), rates(now, before), ""};
  std::ostringstream tables;
  print_queues(tables, now.stats, style);
  tables << '\n';
  print_nodes(tables, now.nodes, style, time);
  tables << '\n' << running_jobs(now, style, time);
  add_lines(lines, tables.str());
  return lines;
}

} // namespace zzz_jobs::node::cli
