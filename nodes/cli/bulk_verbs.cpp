#include <zzz_jobs/nodes/cli/verb.hpp>

#include <zzz_jobs/nodes/cli/confirm.hpp>
#include <zzz_jobs/nodes/cli/fields.hpp>
#include <zzz_jobs/nodes/cli/job_filter.hpp>
#include <zzz_jobs/nodes/cli/progress.hpp>
#include <zzz_jobs/nodes/cli/when.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>

namespace zzz_jobs::node::cli {

namespace {

/// What can be done to a job.
struct Action {
  std::string name;   ///< of the API
  std::string done;   ///< "cancelled"
  std::string method; ///< for one job
  std::string rest;   ///< of its path
};

constexpr std::int64_t bulk_request_max = 1'000; ///< jobs changed by one request

/// Tells of each job by itself: people at once, programs in one document.
class NamedChanges {
public:
  NamedChanges(Context& context, const Action& action) : context_(context), action_(action) {}

  void done(std::int64_t id, const std::string& was) {
    changed_.push_back({{"id", id}, {"was", was}});
    if (!context_.wants_json())
      context_.out() << "job " << id << ' ' << action_.done
                     << (was.empty() ? "" : " (was " + printable(was) + ")") << '\n';
  }

  void failed(std::int64_t id, const Failure& failure) {
    failed_.push_back({{"id", id}, {"error", failure.what()}, {"code", failure.name()}});
    status_ = status_ == exit_ok ? failure.code() : status_;
    const auto who = "job " + std::to_string(id) + ": "; // most errors begin with it
    const std::string text = failure.what();
    if (!context_.wants_json())
      context_.err() << "zzz-jobs: " << (text.starts_with(who) ? "" : who) << printable(text)
                     << '\n';
  }

  /// The status is that of the first failure.
  int end() {
    if (context_.wants_json())
      context_.print_json({{"changed", changed_}, {"failed", failed_}});
    return status_;
  }

private:
  Context& context_;
  const Action& action_;
  nlohmann::json changed_ = nlohmann::json::array();
  nlohmann::json failed_ = nlohmann::json::array();
  int status_ = exit_ok;
};

/// Jobs that were named: each by itself, so that a wrong one does not keep the
/// others from being changed.
int change_named(Context& context, const Action& action) {
  std::vector<std::int64_t> ids;
  for (const auto& text : context.arguments().all("ID"))
    ids.push_back(job_id(text));
  NamedChanges changes(context, action);
  for (const auto id : ids) {
    const auto answer = context.call({.method = action.method, .path = job_path(id, action.rest)});
    if (answer.status >= 400) {
      changes.failed(id, failure_of(answer));
      continue;
    }
    const auto body = nlohmann::json::parse(answer.body, nullptr, false);
    changes.done(id, body.is_discarded() ? std::string{} : text_at(body, "was"));
  }
  return changes.end();
}

nlohmann::json bulk(Context& context, const Action& action, bool dry_run,
                    std::int64_t limit = bulk_request_max, std::int64_t after = 0) {
  const nlohmann::json body{{"action", action.name},
                            {"filter", filter_of(context.arguments())},
                            {"dry_run", dry_run},
                            {"limit", limit},
                            {"after", after}};
  return context.ask({.method = "POST",
                      .path = "/api/v1/jobs/bulk",
                      .body = body.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace)});
}

/// Request by request, by rising id. Ends with as many jobs as were counted, though
/// more may have come meanwhile.
int change_counted(Context& context, const Action& action, std::int64_t matched) {
  std::int64_t changed = 0;
  std::int64_t failed = 0;
  std::optional<std::int64_t> after = 0;
  Progress progress(context.host());
  while (after && changed + failed < matched) {
    const auto left = std::min<std::int64_t>(bulk_request_max, matched - changed - failed);
    const auto answer = bulk(context, action, false, left, *after);
    changed += number_at(answer, "changed").value_or(0);
    failed += number_at(answer, "failed").value_or(0);
    after = number_at(answer, "next_after");
    progress.show(counted(changed, "job") + " of " + grouped(matched) + ' ' + action.done);
  }
  progress.clear();
  context.tell({{"matched", matched}, {"changed", changed}, {"failed", failed}},
               counted(changed, "job") + ' ' + action.done);
  if (failed > 0 && !context.wants_json())
    context.err() << "zzz-jobs: " << counted(failed, "job") << " could not be " << action.done
                  << '\n';
  return failed > 0 ? exit_failed : exit_ok;
}

int change_matching(Context& context, const Action& action) {
  const auto matched = number_at(bulk(context, action, true), "matched").value_or(0);
  const auto jobs = counted(matched, "job");
  if (context.arguments().has("--dry-run") || matched == 0) {
    context.tell({{"matched", matched}, {"changed", 0}, {"failed", 0}},
                 jobs + " would be " + action.done);
    return exit_ok;
  }
  const bool one = matched == 1;
  if (confirmed(context,
                {.fact = jobs + (one ? " matches" : " match"),
                 .asks = (one ? "shall it be " : "shall they be ") + action.done + "?"}))
    return change_counted(context, action, matched);
  context.err() << "nothing changed\n";
  return exit_failed;
}

int change(Context& context, const Action& action) {
  const auto& arguments = context.arguments();
  const bool named = !arguments.all("ID").empty();
  const bool filtered = !filter_of(arguments).empty();
  if (named && (filtered || arguments.has("--all")))
    throw Failure(exit_usage, "either ID or --state, --queue, --worker, --unique, --all: not both");
  if (!named && !filtered && !arguments.has("--all"))
    throw Failure(exit_usage,
                  "which jobs? Name them, or give --state, --queue, --worker,"
                  " --unique or --all");
  // All that can be retried are also those that were completed.
  if (!named && action.name == "retry" && !arguments.has("--state"))
    throw Failure(exit_usage,
                  "jobs in which state? --state discarded, cancelled, retryable,"
                  " scheduled or completed");
  return named ? change_named(context, action) : change_matching(context, action);
}

int cancel_jobs(Context& context) {
  return change(context, {"cancel", "cancelled", "POST", "/cancel"});
}
int retry_jobs(Context& context) {
  return change(context, {"retry", "retried", "POST", "/retry"});
}
int delete_jobs(Context& context) {
  return change(context, {"delete", "deleted", "DELETE", ""});
}

Verb bulk_verb(std::string_view name, std::string_view summary, std::string_view text,
               int (*run)(Context&)) {
  Verb verb{.name = name, .summary = summary, .text = text, .run = run};
  verb.parameters.push_back({.name = "ID", .help = "a job", .repeated = true});
  add_filter_parameters(verb.parameters);
  verb.parameters.push_back({.name = "--all", .help = "all jobs for which it is possible"});
  verb.parameters.push_back({.name = "--yes", .help = "do not ask"});
  verb.parameters.push_back({.name = "--dry-run", .help = "only say how many it would be"});
  return verb;
}

} // namespace

std::vector<Verb> bulk_verbs() {
  return {
    bulk_verb("job cancel", "End jobs that are not over",
              "A running one's handler is asked to stop, on whatever node it is.", cancel_jobs),
    bulk_verb("job retry", "Make jobs available again, with all their attempts",
              "For jobs that are over, and for those that wait for a time. Many need --state.",
              retry_jobs),
    bulk_verb("job delete", "Delete jobs that are not running", "", delete_jobs)};
}

} // namespace zzz_jobs::node::cli
