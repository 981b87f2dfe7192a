#include <zzz_jobs/nodes/cli/node_table.hpp>

#include <zzz_jobs/nodes/cli/fields.hpp>
#include <zzz_jobs/nodes/cli/table.hpp>
#include <zzz_jobs/nodes/cli/when.hpp>

#include <nlohmann/json.hpp>

namespace zzz_jobs::node::cli {

namespace {

std::string state(const nlohmann::json& node, const Style& style) {
  const auto name = shown_text(node, "state");
  if (name == "lost")
    return style.bad(name);
  return name == "running" ? style.good(name) : style.warning(name);
}

/// "mail 2/8, default 0/4".
std::string load(const nlohmann::json& node) {
  std::string text;
  for (const auto& queue : list_at(node, "queues"))
    text += (text.empty() ? "" : ", ") + shown_text(queue, "queue") + " "
      + shown_number(queue, "running") + "/" + shown_number(queue, "concurrency");
  return text;
}

std::string link(const nlohmann::json& node) {
  if (flag_at(node, "self"))
    return "self";
  return flag_at(node, "linked") ? "yes" : "no";
}

} // namespace

void print_nodes(std::ostream& out, const nlohmann::json& answer, const Style& style,
                 UnixTime now) {
  Table table{{">ID", "NAME", "STATE", "LINK", "STARTED", "VERSION", "ADDRESS", "RUNNING"}};
  for (const auto& node : list_at(answer, "nodes")) {
    const auto started = time_at(node, "started_at");
    auto address = shown_text(node, "address");
    if (flag_at(node, "gateway"))
      address += " gateway";
    table.add({shown_number(node, "id"), shown_text(node, "name"), state(node, style), link(node),
               started ? age(*started, now) : "", shown_text(node, "version"), address,
               load(node)});
  }
  if (table.empty())
    out << "no nodes\n";
  else
    table.print(out, style);
}

} // namespace zzz_jobs::node::cli
