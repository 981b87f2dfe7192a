#include <zzz_jobs/nodes/cli/verb.hpp>

#include <zzz_jobs/nodes/cli/context.hpp>
#include <zzz_jobs/nodes/cli/fields.hpp>

#include <nlohmann/json.hpp>

namespace zzz_jobs::node::cli {

namespace {

nlohmann::json built_with() {
  auto stores = nlohmann::json::array({"memory"});
#ifdef ZZZ_JOBS_HAS_SQLITE
  stores.push_back("sqlite");
#endif
#ifdef ZZZ_JOBS_HAS_POSTGRES
  stores.push_back("postgres");
#endif
  return {{"version", ZZZ_JOBS_VERSION}, {"stores", stores}, {"compiler", __VERSION__}};
}

int show_version(Context& context) {
  auto facts = built_with();
  if (context.arguments().has("--node")) {
    context.ask_node_alone();
    facts["node"] = context.ask({.path = "/api/v1/version"});
  }
  if (context.wants_json()) {
    context.print_json(facts);
    return exit_ok;
  }
  context.out() << "zzz-jobs " << text_at(facts, "version") << "\nstores:";
  for (const auto& store : list_at(facts, "stores"))
    context.out() << ' ' << store.get<std::string>();
  context.out() << "\ncompiler: " << text_at(facts, "compiler") << '\n';
  if (const auto& node = object_at(facts, "node"); !node.empty())
    context.out() << "node: " << shown_text(node, "version") << ", \"" << shown_text(node, "name")
                  << "\", store " << shown_text(node, "store") << ", process "
                  << shown_number(node, "pid") << '\n';
  return exit_ok;
}

} // namespace

std::vector<Verb> version_verbs() {
  return {{.name = "version",
           .summary = "Show the version of this program, or of a node",
           .parameters = {{.name = "--node", .help = "ask the node for its own as well"}},
           .run = show_version}};
}

} // namespace zzz_jobs::node::cli
