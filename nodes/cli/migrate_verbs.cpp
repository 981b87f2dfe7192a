#include <zzz_jobs/nodes/cli/verb.hpp>

#include <zzz_jobs/nodes/cli/confirm.hpp>
#include <zzz_jobs/nodes/cli/node_file.hpp>
#include <zzz_jobs/nodes/cli/table.hpp>
#include <zzz_jobs/nodes/cli/when.hpp>

#ifdef ZZZ_JOBS_HAS_POSTGRES

#include <zzz_jobs/stores/pg_schema.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <limits>

namespace zzz_jobs::node::cli {

namespace {

/// The database of the flags, else that of the node's file.
pg::Target database(Context& context) {
  const auto target = context.target();
  if (!target.socket.empty() || !target.http.empty())
    throw Failure(exit_usage, "migrate works on the database itself: give --store-url or --config");
  if (!target.store_url.empty())
    return {.url = target.store_url, .schema = target.schema.empty() ? "public" : target.schema};
  const auto loaded = loaded_config(context);
  require_valid(loaded);
  const auto& store = loaded.config.store;
  if (store.kind != StoreKind::postgres)
    throw Failure(exit_usage,
                  "the store is not PostgreSQL: others bring their tables up to date"
                  " when a node opens them");
  return {.url = store.url.reveal(),
          .schema = target.schema.empty() ? store.schema : target.schema};
}

nlohmann::json json_of(const std::vector<pg::Migration>& steps) {
  auto list = nlohmann::json::array();
  for (const auto& step : steps)
    list.push_back({{"version", step.version},
                    {"name", step.name},
                    {"applied_at",
                     step.applied_at ? nlohmann::json(step.applied_at->time_since_epoch().count())
                                     : nlohmann::json()}});
  return {{"migrations", list}};
}

int show_status(Context& context) {
  const auto steps = pg::migration_status(database(context));
  if (context.wants_json()) {
    context.print_json(json_of(steps));
    return exit_ok;
  }
  const auto style = context.style();
  const auto now = current_time();
  Table table{{">VERSION", "NAME", "APPLIED"}};
  for (const auto& step : steps)
    table.add({std::to_string(step.version), printable(step.name),
               step.applied_at ? time_and_age(*step.applied_at, now) : style.warning("not yet")});
  table.print(context.out(), style);
  const auto missing = std::ranges::count_if(
    steps, [](const pg::Migration& step) { return !step.applied_at.has_value(); });
  if (missing > 0)
    context.out() << counted(missing, "step") << " to do: zzz-jobs migrate up\n";
  return exit_ok;
}

int migrate_up(Context& context) {
  const auto steps = pg::migrate_up(database(context));
  context.tell({{"steps", steps}}, counted(steps, "step") + " done");
  return exit_ok;
}

int migrate_down(Context& context) {
  const auto version = parse_number("VERSION", context.arguments().text("VERSION"), 0,
                                    std::numeric_limits<std::int32_t>::max());
  const auto target = database(context);
  const auto steps = pg::migration_status(target);
  const auto undone = std::ranges::count_if(
    steps, [&](const pg::Migration& step) { return step.applied_at && step.version > version; });
  if (undone == 0) {
    context.tell({{"steps", 0}}, "0 steps to take back");
    return exit_ok;
  }
  if (!confirmed(
        context,
        {.fact = counted(undone, "step") + " would be taken back, and what they hold is lost",
         .asks = "shall they be?"})) {
    context.err() << "nothing changed\n";
    return exit_failed;
  }
  const auto done = pg::migrate_down(target, version);
  context.tell({{"steps", done}}, counted(done, "step") + " taken back");
  return exit_ok;
}

int print_sql(Context& context) {
  const auto& arguments = context.arguments();
  const auto schema = arguments.find("--schema").value_or("public");
  if (const auto role = arguments.find("--grants"))
    context.out() << pg::grants_sql(schema, *role);
  else
    context.out() << pg::migration_sql(
      schema, arguments.number("--from", 0, std::numeric_limits<std::int32_t>::max()).value_or(0));
  return exit_ok;
}

} // namespace

std::vector<Verb> migrate_verbs() {
  return {
    {.name = "migrate status",
     .summary = "Show which version a PostgreSQL store's tables have",
     .run = show_status},
    {.name = "migrate up",
     .summary = "Bring the tables to this program's version",
     .text = "A node does the same when it starts, unless its file says migrate = false.",
     .run = migrate_up},
    {.name = "migrate down",
     .summary = "Take the tables back to a version",
     .text = "Refused while a node is alive. What goes with a step is lost: below 3 the settings"
             " of\nqueues and cron ticks, below 2 results and progress.",
     .parameters = {{.name = "VERSION", .help = "0: no tables", .required = true},
                    {.name = "--yes", .help = "do not ask"}},
     .run = migrate_down},
    {.name = "migrate sql",
     .summary = "Write the statements that migrate up would run",
     .text = "Needs no database; the schema is that of --schema, else \"public\".",
     .parameters = {{.name = "--from", .value = "VERSION", .help = "of the tables; default 0"},
                    {.name = "--grants",
                     .value = "ROLE",
                     .help = "instead: what gives a node's role its rights"}},
     .run = print_sql}};
}

} // namespace zzz_jobs::node::cli

#else

namespace zzz_jobs::node::cli {

std::vector<Verb> migrate_verbs() {
  return {};
} // nothing to migrate in this build

} // namespace zzz_jobs::node::cli

#endif
