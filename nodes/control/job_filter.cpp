#include <zzz_jobs/nodes/control/job_filter.hpp>

namespace zzz_jobs::node::control {
namespace {

JobState state_from(const std::string& name) {
  if (const auto state = job_state_from(name))
    return *state;
  std::string names;
  for (std::size_t i = 0; i < job_state_count; ++i)
    names += (i == 0 ? "" : ", ") + std::string{to_string(static_cast<JobState>(i))};
  throw Error(errc::invalid_argument,
              "state: must be one of " + names + ", got " + in_quotes(name));
}

template <class Source>
JobFilter read(Source& source) {
  JobFilter filter;
  if (const auto state = source.text("state"))
    filter.state = state_from(*state);
  filter.queue = source.text("queue");
  filter.worker = source.text("worker");
  filter.unique_key = source.text("unique_key");
  return filter;
}

} // namespace

JobFilter filter_of(QueryFields& query) {
  return read(query);
}

JobFilter filter_of(Fields& fields) {
  return read(fields);
}

} // namespace zzz_jobs::node::control
