#include <zzz_jobs/nodes/control/node_views.hpp>

#include <unistd.h>

namespace zzz_jobs::node::control {

std::string version() {
  return ZZZ_JOBS_VERSION;
}

std::optional<std::int64_t> own_id(Context& context) {
  // Who it is shall be said at once, also while the store is away.
  if (!context.store_time.ask(std::chrono::milliseconds{500}, std::chrono::milliseconds{900}).value)
    return std::nullopt;
  try {
    std::int64_t id = 0;
    context.supervisor().with_store([&](AnyStore& store) { id = store.node_id(); });
    return id;
  } catch (const Error&) {
    return std::nullopt;
  }
}

std::vector<NodeView> node_views(Context& context) {
  const auto& setting = context.setting;
  if (setting.cluster != nullptr)
    return setting.cluster->nodes();
  if (!setting.facts.runs_jobs)
    return {};
  NodeView self{.id = own_id(context).value_or(0),
                .name = setting.facts.name,
                .state = "running",
                .version = version(),
                .pid = ::getpid(),
                .started_at = setting.facts.started_at,
                .self = true};
  for (const auto& queue : context.supervisor().queues())
    self.queues.push_back({queue.name, queue.concurrency, queue.running});
  return {std::move(self)};
}

} // namespace zzz_jobs::node::control
