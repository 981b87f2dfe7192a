#include <zzz_jobs/nodes/control/enqueue_body.hpp>

#include <zzz_jobs/nodes/control/fields.hpp>

#include <nlohmann/json.hpp>

#include <limits>

namespace zzz_jobs::node::control {
namespace {

template <class T>
constexpr Range range_of() {
  return {std::numeric_limits<T>::min(), std::numeric_limits<T>::max()};
}

/// What no time of ours exceeds: the year 9999, or so long from now.
constexpr std::int64_t seconds_max = 253'402'300'799;

std::optional<std::chrono::seconds> seconds(Fields& fields, const std::string& key) {
  const auto count = fields.integer(key, {0, seconds_max});
  return count ? std::optional{std::chrono::seconds{*count}} : std::nullopt;
}

std::optional<std::int32_t> number(Fields& fields, const std::string& key) {
  const auto value = fields.integer(key, range_of<std::int32_t>());
  return value ? std::optional{static_cast<std::int32_t>(*value)} : std::nullopt;
}

std::optional<UniqueStrategy> strategy(Fields& fields, const std::string& where) {
  const auto name = fields.text("unique_strategy");
  if (!name)
    return std::nullopt;
  if (*name == "ignore_new")
    return UniqueStrategy::ignore_new;
  if (*name == "cancel_existing")
    return UniqueStrategy::cancel_existing;
  throw Error(errc::invalid_argument,
              where
                + "unique_strategy: must be \"ignore_new\" or "
                  "\"cancel_existing\", got "
                + in_quotes(*name));
}

/// A string is the payload; any other value's own text is.
std::string args_of(Fields& fields, std::string_view text) {
  const auto* args = fields.any("args");
  if (args == nullptr)
    return {};
  if (args->is_string())
    return args->get<std::string>();
  std::string payload;
  for_each_member(text, [&](const std::string& key, std::string_view value) {
    if (key == "args")
      payload = value;
  });
  return payload;
}

JobRequest read_job(const ReadJson& object, std::string_view text, const std::string& where) {
  Fields fields(object, where);
  JobRequest job;
  const auto worker = fields.text("worker");
  if (!worker)
    throw Error(errc::invalid_argument, where + "worker: must be given");
  job.worker = *worker;
  job.args = args_of(fields, text);
  job.opts.queue = fields.text("queue");
  job.opts.priority = number(fields, "priority");
  job.opts.max_attempts = number(fields, "max_attempts");
  if (const auto at = seconds(fields, "scheduled_at"))
    job.opts.scheduled_at = UnixTime{*at};
  job.opts.delay = seconds(fields, "delay_s");
  job.opts.unique_key = fields.text("unique_key");
  job.opts.unique_strategy = strategy(fields, where);
  job.opts.timeout = seconds(fields, "timeout_s");
  fields.end();
  return job;
}

class Reader {
public:
  void add(std::string_view text, const ReadJson& object) {
    if (body_.jobs.size() == enqueue_jobs_max)
      throw Error(errc::too_large,
                  "body: must be at most " + std::to_string(enqueue_jobs_max) + " jobs");
    body_.jobs.push_back(read_job(object, text, place()));
  }

  EnqueueBody array(std::string_view text) {
    const auto elements = parse_json("body", text);
    std::size_t at = 0;
    for_each_element(text, [&](std::string_view element) { add(element, elements[at++]); });
    return std::move(body_);
  }

  EnqueueBody lines(std::string_view text) {
    while (!text.empty()) {
      const auto end = std::min(text.find('\n'), text.size());
      const auto line = text.substr(0, end);
      text.remove_prefix(std::min(end + 1, text.size()));
      if (line.find_first_not_of(" \t\r") == std::string_view::npos)
        continue;
      auto what = place();
      what.resize(what.size() - 2);
      add(line, parse_json(what, line));
    }
    return std::move(body_);
  }

private:
  [[nodiscard]] std::string place() const {
    return "job " + std::to_string(body_.jobs.size() + 1) + ": ";
  }

  EnqueueBody body_{};
};

} // namespace

EnqueueBody read_enqueue_body(std::string_view body) {
  const auto begin = body.find_first_not_of(" \t\r\n");
  if (begin == std::string_view::npos)
    throw Error(errc::invalid_argument, "body: must have a job");
  if (body[begin] == '[')
    return Reader{}.array(body);
  // What is one object is one, over several lines too; but a line with its end is NDJSON,
  // so that a sender of lines gets the same answer for one as for two.
  const auto text = body.substr(begin, body.find_last_not_of(" \t\r\n") + 1 - begin);
  const bool one_line = text.find('\n') == std::string_view::npos;
  if (one_line ? body.back() == '\n' : !ReadJson::accept(body))
    return Reader{}.lines(body);
  EnqueueBody one{.one = true};
  one.jobs.push_back(read_job(parse_json("body", body), body, ""));
  return one;
}

} // namespace zzz_jobs::node::control
