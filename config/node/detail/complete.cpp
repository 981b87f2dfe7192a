#include <zzz_jobs/config/node/detail/checks.hpp>

#include <unistd.h>

#include <array>

namespace zzz_jobs::node::detail {
namespace {

std::string host_name() {
  std::array<char, 256> name{};
  if (gethostname(name.data(), name.size() - 1) != 0 || name.front() == '\0')
    return "zzz-jobs";
  return name.data();
}

Origin origin_of(const LoadedConfig& loaded, const std::string& key) {
  const auto found = loaded.origins.find(key);
  return found == loaded.origins.end() ? Origin{} : found->second;
}

/// Where nothing says the kind, a path or url does; who named it last, if both are
/// there.
void complete_store(LoadedConfig& loaded) {
  auto& store = loaded.config.store;
  if (loaded.origins.contains("store.kind"))
    return;
  const auto path = origin_of(loaded, "store.path");
  const auto url = origin_of(loaded, "store.url");
  const bool has_path = path.source != Origin::Source::standard;
  const bool has_url = url.source != Origin::Source::standard;
  if (has_path && has_url && path.source == url.source) {
    loaded.problems.push_back(
      {.origin = url,
       .key = "store.url",
       .rule = "and path exclude each other, as one is of a server and one of a file"});
  } else if (has_url && (!has_path || url.source > path.source)) {
    store.kind = store.gateways.empty() ? StoreKind::postgres : StoreKind::gateway;
    loaded.origins["store.kind"] = url;
  } else if (has_path) {
    store.kind = StoreKind::sqlite;
    loaded.origins["store.kind"] = path;
  }
}

/// Who says anything of links wants some; a guest has one in any case.
void complete_cluster(LoadedConfig& loaded) {
  if (loaded.origins.contains("cluster.join"))
    return;
  const auto first = loaded.origins.lower_bound("cluster.");
  const bool says_something = first != loaded.origins.end() && first->first.starts_with("cluster.");
  loaded.config.cluster.join = says_something || loaded.config.store.kind == StoreKind::gateway;
}

RetryStrategy strategy_of(const RetrySection& keys) {
  using Kind = RetrySection::Kind;
  using std::chrono::seconds;
  auto strategy =
    RetryStrategy::exponential(keys.base.value_or(seconds{15}), keys.max.value_or(seconds{3600}));
  if (keys.kind == Kind::linear)
    strategy = RetryStrategy::linear(keys.base.value_or(seconds{60}));
  if (keys.kind == Kind::constant)
    strategy = RetryStrategy::constant(keys.base.value_or(seconds{30}));
  return keys.jitter ? strategy.with_jitter(*keys.jitter) : strategy;
}

} // namespace

void complete(LoadedConfig& loaded, bool queues_given) {
  auto& config = loaded.config;
  if (config.name.empty())
    config.name = host_name();
  if (config.queues.empty() && !queues_given)
    config.queues.emplace_back();
  complete_store(loaded);
  complete_cluster(loaded);
  for (auto& worker : config.workers)
    worker.retry = strategy_of(worker.retry_keys);
}

} // namespace zzz_jobs::node::detail
