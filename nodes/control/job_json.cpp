#include <zzz_jobs/nodes/control/job_json.hpp>

#include <nlohmann/json.hpp>

namespace zzz_jobs::node::control {
namespace {

template <class T>
Json or_null(const std::optional<T>& value) {
  return value ? Json(*value) : Json();
}

/// The column as the array it is; a text that other programs left there as an array
/// of that text.
Json errors_of(const Job& job) {
  if (job.errors.empty())
    return Json::array();
  auto errors = Json::parse(job.errors, nullptr, false);
  return errors.is_array() ? errors : Json::array({job.errors});
}

} // namespace

std::int64_t seconds_of(UnixTime time) {
  return time.time_since_epoch().count();
}

Json json_of(std::optional<UnixTime> time) {
  return time ? Json(seconds_of(*time)) : Json();
}

Json json_of(const Job& job) {
  return {{"id", job.id},
          {"state", to_string(job.state)},
          {"queue", job.queue},
          {"worker", job.worker},
          {"args", job.args},
          {"priority", job.priority},
          {"attempt", job.attempt},
          {"max_attempts", job.max_attempts},
          {"free_attempts", job.free_attempts},
          {"timeout_s", job.timeout.count()},
          {"scheduled_at", seconds_of(job.scheduled_at)},
          {"attempted_at", json_of(job.attempted_at)},
          {"completed_at", json_of(job.completed_at)},
          {"inserted_at", seconds_of(job.inserted_at)},
          {"errors", errors_of(job)},
          {"unique_key", or_null(job.unique_key)},
          {"result", or_null(job.result)},
          {"progress", or_null(job.progress)},
          {"progress_note", or_null(job.progress_note)},
          {"node", or_null(job.node)}};
}

} // namespace zzz_jobs::node::control
