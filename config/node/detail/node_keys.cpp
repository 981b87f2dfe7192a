// [node], [log], [control], [retention], [limits], [[queue]], [[plugin]].

#include <zzz_jobs/config/node/detail/key_makers.hpp>

namespace zzz_jobs::node::detail {
namespace {

using namespace std::chrono_literals;
using std::chrono::days;

constexpr SizeRange limit_bytes{1, std::uint64_t{1} << 30U};
constexpr SizeRange name_bytes{1, 4096};

template <class Get>
Key age_key(std::string name, Get get) {
  constexpr DurationRange range{1s, days{36'525}};
  auto plain = duration_key(std::move(name), get, range);
  auto key = plain;
  key.facts.type += ", or forever";
  key.read = [get, plain](const Value& value, NodeConfig& config, std::size_t index) {
    const auto* text = value.get<std::string>();
    if (text == nullptr || *text != "forever")
      return plain.read(value, config, index);
    get(config, index).reset();
    return Rule{};
  };
  key.show = [plain](const NodeConfig& config, std::size_t index) {
    auto value = plain.show(config, index);
    return value.is_set() ? value : Value{"forever"};
  };
  return key;
}

template <class Get>
Key count_key(std::string name, Get get) {
  return integer_key(std::move(name), get, {0, 1'000'000'000});
}

} // namespace

Section node_section() {
  return {.name = "node",
          .keys = {
            with_standard(text_key("name", ZZZ_JOBS_AT(name)), "the host's name"),
            duration_key("poll_interval", ZZZ_JOBS_AT(poll_interval), {10ms, 1h}),
            duration_key("shutdown_timeout", ZZZ_JOBS_AT(shutdown_timeout), {0ms, 24h}),
            duration_key("stop_grace", ZZZ_JOBS_AT(stop_grace), {0ms, 10min}),
            duration_key("store_timeout", ZZZ_JOBS_AT(store_timeout), {1ms, 1h}),
            choice_key("unknown_workers", ZZZ_JOBS_AT(unknown_workers),
                       {{"leave", UnknownWorkers::leave}, {"discard", UnknownWorkers::discard}}),
            duration_key("rescue_after", ZZZ_JOBS_AT(rescue_after), {1s, days{365}}),
            duration_key("rescue_interval", ZZZ_JOBS_AT(rescue_interval), {10ms, 24h}),
            duration_key("prune_interval", ZZZ_JOBS_AT(prune_interval), {10ms, 24h}),
            integer_key("prefetch_max", ZZZ_JOBS_AT(prefetch_max), {0, 10'000}),
            integer_key("scheduler_threads", ZZZ_JOBS_AT(scheduler_threads), {1, 256}),
          }};
}

Section queue_section() {
  return {.name = "queue",
          .many = true,
          .keys = {required(text_key("name", ZZZ_JOBS_AT(queues[index].name))),
                   integer_key("concurrency", ZZZ_JOBS_AT(queues[index].concurrency), {1, 10'000}),
                   with_standard(duration_key("poll_interval",
                                              ZZZ_JOBS_AT(queues[index].poll_interval), {10ms, 1h}),
                                 "node.poll_interval"),
                   boolean_key("direct_start", ZZZ_JOBS_AT(queues[index].direct_start))},
          .count = [](const NodeConfig& config) { return config.queues.size(); },
          // Its name is required: no default of QueueConfig may stand in for it.
          .add = [](NodeConfig& config) { config.queues.push_back({.name = ""}); },
          .name_of = [](const NodeConfig& config,
                        std::size_t index) { return config.queues[index].name; }};
}

Section plugin_section() {
  return {.name = "plugin",
          .many = true,
          .keys = {required(path_key("path", ZZZ_JOBS_AT(plugins[index].path)))},
          .count = [](const NodeConfig& config) { return config.plugins.size(); },
          .add = [](NodeConfig& config) { config.plugins.emplace_back(); }};
}

Section control_section() {
  return {.name = "control",
          .keys = {boolean_key("on", ZZZ_JOBS_AT(control.on)),
                   with_standard(path_key("socket", ZZZ_JOBS_AT(control.socket)),
                                 "beside the store, or in the runtime folder")}};
}

Section log_section() {
  return {
    .name = "log",
    .keys = {choice_key("level", ZZZ_JOBS_AT(log.level),
                        {{"info", "info"}, {"warning", "warning"}, {"error", "error"}}),
             choice_key("format", ZZZ_JOBS_AT(log.format), {{"text", "text"}, {"json", "json"}})}};
}

Section retention_section() {
  return {.name = "retention",
          .keys = {age_key("completed", ZZZ_JOBS_AT(retention.completed.age)),
                   count_key("completed_count", ZZZ_JOBS_AT(retention.completed.count)),
                   age_key("discarded", ZZZ_JOBS_AT(retention.discarded.age)),
                   count_key("discarded_count", ZZZ_JOBS_AT(retention.discarded.count)),
                   age_key("cancelled", ZZZ_JOBS_AT(retention.cancelled.age)),
                   count_key("cancelled_count", ZZZ_JOBS_AT(retention.cancelled.count))}};
}

Section limits_section() {
  return {.name = "limits",
          .keys = {
            size_key("args_bytes_max", ZZZ_JOBS_AT(limits.args_bytes_max), limit_bytes),
            size_key("result_bytes_max", ZZZ_JOBS_AT(limits.result_bytes_max), limit_bytes),
            size_key("name_bytes_max", ZZZ_JOBS_AT(limits.name_bytes_max), name_bytes),
            size_key("unique_key_bytes_max", ZZZ_JOBS_AT(limits.unique_key_bytes_max), name_bytes),
            size_key("error_text_bytes_max", ZZZ_JOBS_AT(limits.error_text_bytes_max), limit_bytes),
            integer_key("errors_count_max", ZZZ_JOBS_AT(limits.errors_count_max), {1, 100'000}),
            size_key("errors_bytes_max", ZZZ_JOBS_AT(limits.errors_bytes_max), limit_bytes),
            integer_key("enqueue_many_max", ZZZ_JOBS_AT(limits.enqueue_many_max), {1, 10'000'000}),
          }};
}

} // namespace zzz_jobs::node::detail
