#include <zzz_jobs/nodes/cli/verb.hpp>

#include <algorithm>
#include <iterator>
#include <stdexcept>

namespace zzz_jobs::node::cli {

namespace {

std::vector<Verb> gathered() {
  std::vector<Verb> all;
  for (const auto part : {enqueue_verbs, job_verbs, bulk_verbs, why_verbs, queue_verbs, node_verbs,
                          cron_verbs, stats_verbs, top_verbs, health_verbs, migrate_verbs,
                          config_verbs, bench_verbs, completion_verbs, version_verbs}) {
    auto verbs = part();
    std::ranges::move(verbs, std::back_inserter(all));
  }
  return all;
}

} // namespace

const std::vector<Verb>& verbs() {
  static const auto all = gathered();
  return all;
}

const std::vector<Parameter>& global_parameters() {
  static const std::vector<Parameter> all{
    {.name = "--config",
     .value = "FILE",
     .help = "the node's file; default: $ZZZ_JOBS_CONFIG, ./zzz-jobs.toml,"
             " /etc/zzz-jobs/zzz-jobs.toml"},
    {.name = "--set",
     .value = "KEY=VALUE",
     .help = "a setting in place of the file's: store.path=jobs.db",
     .repeated = true},
    {.name = "--socket", .value = "PATH", .help = "ask the node with this control socket"},
    {.name = "--http", .value = "URL", .help = "ask the node at http://HOST:PORT or https://..."},
    {.name = "--token-file",
     .value = "FILE",
     .help = "the token for --http; default: $ZZZ_JOBS_HTTP_TOKEN"},
    {.name = "--ca",
     .value = "FILE",
     .help = "who vouches for an https node; default: the system's"},
    {.name = "--store-url", .value = "URL", .help = "use this PostgreSQL database, without a node"},
    {.name = "--schema", .value = "NAME", .help = "with --store-url; default \"public\""},
    {.name = "--json", .help = "answer with JSON"},
    {.name = "--no-color", .help = "no colours; also with NO_COLOR, or without a terminal"}};
  return all;
}

const std::vector<VerbGroup>& verb_groups() {
  static const std::vector<VerbGroup> all{
    {"job", "Look at jobs and change them"},
    {"queue", "Look at queues and change them"},
    {"node", "Run a node, look at nodes, end them"},
    {"cron", "Look at cron entries and change them"},
    {"migrate", "Bring a PostgreSQL store's tables to a version"},
    {"config", "Look at a node's configuration"}};
  return all;
}

std::string_view group_of(const Verb& verb) noexcept {
  const auto space = verb.name.find(' ');
  return space == std::string_view::npos ? std::string_view{} : verb.name.substr(0, space);
}

std::string_view summary_of_group(std::string_view name) {
  const auto found = std::ranges::find(verb_groups(), name, &VerbGroup::name);
  if (found == verb_groups().end())
    throw std::logic_error("no group of verbs is named " + std::string{name});
  return found->summary;
}

} // namespace zzz_jobs::node::cli
