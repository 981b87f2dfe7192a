#include <zzz_jobs/actors/testing_enqueued.hpp>

#include <zzz_jobs/actors/args_json.hpp>
#include <zzz_jobs/config/errc.hpp>

#include <nlohmann/json.hpp>

#include <map>
#include <ostream>
#include <utility>

namespace zzz_jobs::testing {
namespace {

constexpr std::uint32_t page_size = 1000;
constexpr std::size_t shown_max = 5;
constexpr std::size_t shown_bytes_max = 200;

/// None if it is no JSON that args may be.
std::optional<nlohmann::json> parsed(std::string_view text) {
  try {
    const auto bytes = msgpack_from_json(text); // refuses what nests too deep
    return nlohmann::json::parse(json_from_msgpack(bytes.data(), bytes.size()));
  } catch (const Error&) {
    return std::nullopt;
  }
}

std::string shortened(std::string_view text) {
  if (text.size() <= shown_bytes_max)
    return std::string{text};
  return std::string{text.substr(0, shown_bytes_max)} + "... (" + std::to_string(text.size())
    + " bytes)";
}

std::string in_seconds(UnixTime time) {
  return std::to_string(time.time_since_epoch().count());
}

bool scheduled_within(const Job& job, const EnqueuedOptions& options) {
  return (!options.scheduled_from || job.scheduled_at >= *options.scheduled_from)
    && (!options.scheduled_to || job.scheduled_at <= *options.scheduled_to);
}

/// In what a job of the worker is not the wanted one; empty: it is.
std::vector<std::string> differences(const Job& job, const ArgsMatcher& args,
                                     const EnqueuedOptions& options) {
  std::vector<std::string> names;
  const auto check = [&](bool holds, const char* name) {
    if (!holds)
      names.emplace_back(name);
  };
  check(args(job.args), "args");
  check(!options.queue || job.queue == *options.queue, "queue");
  check(!options.priority || job.priority == *options.priority, "priority");
  check(!options.unique_key || job.unique_key == options.unique_key, "unique_key");
  check(scheduled_within(job, options), "scheduled_at");
  check(options.state ? job.state == *options.state : options.final_too || !is_final(job.state),
        "state");
  return names;
}

std::string wish(std::string_view worker, const ArgsMatcher& args, const EnqueuedOptions& options) {
  auto text = "job of worker \"" + std::string{worker} + "\"";
  if (!args.text().empty())
    text += ", args: " + shortened(args.text());
  if (options.queue)
    text += ", queue \"" + *options.queue + "\"";
  if (options.priority)
    text += ", priority " + std::to_string(*options.priority);
  if (options.unique_key)
    text += ", unique_key \"" + *options.unique_key + "\"";
  if (options.scheduled_from)
    text += ", scheduled_at from " + in_seconds(*options.scheduled_from);
  if (options.scheduled_to)
    text += ", scheduled_at to " + in_seconds(*options.scheduled_to);
  if (options.state)
    text += ", " + std::string{to_string(*options.state)};
  else if (!options.final_too)
    text += ", live";
  return text;
}

std::string line(const Job& job) {
  auto text = "\n  job " + std::to_string(job.id) + ": " + std::string{to_string(job.state)}
    + ", queue \"" + job.queue + "\", priority " + std::to_string(job.priority);
  if (job.unique_key)
    text += ", unique_key \"" + *job.unique_key + "\"";
  if (job.state == JobState::scheduled || job.state == JobState::retryable)
    text += ", scheduled_at " + in_seconds(job.scheduled_at);
  return text + ", args: " + shortened(job.args);
}

std::string joined(const std::vector<std::string>& names) {
  std::string text;
  for (const auto& name : names)
    text += (text.empty() ? "" : ", ") + name;
  return text;
}

template <class Visit>
void for_each_job(AnySupervisor& supervisor, const JobFilter& filter, Visit visit) {
  Page page{.limit = page_size};
  for (;;) {
    auto jobs = supervisor.list(filter, page);
    const auto count = jobs.size();
    for (auto& job : jobs) {
      page.after_id = job.id;
      visit(std::move(job));
    }
    if (count < page_size)
      return;
  }
}

/// The jobs of a worker: those wanted, and some lines about the others.
class Look {
public:
  Look(AnySupervisor& supervisor, std::string_view worker, const ArgsMatcher& args,
       const EnqueuedOptions& options) {
    for_each_job(supervisor, {.worker = std::string{worker}}, [&](Job job) {
      const auto why = differences(job, args, options);
      if (!why.empty())
        add_other(job, why);
      else
        found.push_back(std::move(job));
    });
  }

  [[nodiscard]] std::string describe_found() const {
    std::string text;
    for (std::size_t i = 0; i < std::min(found.size(), shown_max); ++i)
      text += line(found[i]);
    return text + more(found.size());
  }

  [[nodiscard]] std::string describe_others(AnySupervisor& supervisor) const {
    if (others_ > 0)
      return "; the worker's others:" + lines_ + more(others_);
    std::map<std::string, std::size_t> counts;
    for_each_job(supervisor, {}, [&](const Job& job) { ++counts[job.worker]; });
    if (counts.empty())
      return "; there are no jobs at all";
    std::string text;
    for (const auto& [name, count] : counts)
      text += (text.empty() ? "; there are jobs of " : ", ") + ("\"" + name + "\" (")
        + std::to_string(count) + ")";
    return text;
  }

  std::vector<Job> found{};

private:
  void add_other(const Job& job, const std::vector<std::string>& why) {
    if (++others_ <= shown_max)
      lines_ += line(job) + " -- another " + joined(why);
  }

  static std::string more(std::size_t count) {
    return count <= shown_max ? "" : "\n  and " + std::to_string(count - shown_max) + " more";
  }

  std::size_t others_ = 0;
  std::string lines_{};
};

} // namespace

ArgsMatcher::ArgsMatcher(std::string_view text) : text_(text) {
  matches_ = [wanted = std::string{text}, value = parsed(text)](std::string_view args) {
    return args == wanted || (value && value == parsed(args));
  };
}

const Job& EnqueuedJobs::one() const {
  if (jobs.size() != 1)
    throw Error(errc::invalid_argument, "one: must be 1 job: " + description_);
  return jobs.front();
}

std::ostream& operator<<(std::ostream& out, const EnqueuedJobs& jobs) {
  return out << jobs.describe();
}

EnqueuedJobs enqueued(AnySupervisor& supervisor, std::string_view worker, const ArgsMatcher& args,
                      const EnqueuedOptions& options) {
  Look look{supervisor, worker, args, options};
  auto text = "wanted a " + wish(worker, args, options);
  text += look.found.empty() ? ": none" + look.describe_others(supervisor)
                             : ": " + std::to_string(look.found.size()) + look.describe_found();
  return {std::move(look.found), true, std::move(text)};
}

EnqueuedJobs not_enqueued(AnySupervisor& supervisor, std::string_view worker,
                          const ArgsMatcher& args, const EnqueuedOptions& options) {
  Look look{supervisor, worker, args, options};
  auto text = "wanted no " + wish(worker, args, options) + ": "
    + (look.found.empty() ? "none" : std::to_string(look.found.size()));
  text += look.describe_found();
  return {std::move(look.found), false, std::move(text)};
}

} // namespace zzz_jobs::testing
