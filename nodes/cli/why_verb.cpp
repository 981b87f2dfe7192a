#include <zzz_jobs/nodes/cli/verb.hpp>

#include <zzz_jobs/nodes/cli/context.hpp>
#include <zzz_jobs/nodes/cli/fields.hpp>
#include <zzz_jobs/nodes/cli/job_filter.hpp>
#include <zzz_jobs/nodes/cli/when.hpp>

#include <nlohmann/json.hpp>

namespace zzz_jobs::node::cli {

namespace {

int explain(Context& context) {
  const auto id = job_id(context.arguments().text("ID"));
  const auto answer = context.ask({.path = job_path(id, "/why")});
  if (context.wants_json()) {
    context.print_json(answer);
    return exit_ok;
  }
  const auto style = context.style();
  const auto& job = object_at(answer, "job");
  context.out() << "job " << id << ", " << shown_text(job, "worker") << " in queue "
                << shown_text(job, "queue") << ", is " << style.state(shown_text(job, "state"))
                << '\n';
  const auto now = current_time();
  if (const auto due = time_at(job, "scheduled_at"); due && *due > now)
    context.out() << "  due " << time_and_age(*due, now) << '\n';
  for (const auto& reason : list_at(answer, "reasons")) {
    context.out() << "  " << style.bold(shown_text(reason, "code")) << ": "
                  << shown_text(reason, "text") << '\n';
    if (const auto action = shown_text(reason, "action"); !action.empty())
      context.out() << "    " << style.dim(action) << '\n';
  }
  return exit_ok;
}

} // namespace

std::vector<Verb> why_verbs() {
  return {{.name = "why",
           .summary = "Say why a job does not run, and what would help",
           .text =
             "Reasons are: running, final, paused, no_worker, no_queue, scheduled, retry_wait,"
             " busy,\nbehind, node_lost, soon, unknown.",
           .parameters = {{.name = "ID", .help = "the job", .required = true}},
           .run = explain}};
}

} // namespace zzz_jobs::node::cli
