#include <zzz_jobs/config/node/detail/checks.hpp>

#include <zzz_jobs/config/node/address.hpp>
#include <zzz_jobs/config/node/detail/nearest.hpp>
#include <zzz_jobs/config/node/detail/store_kinds.hpp>

#include <algorithm>
#include <map>

namespace zzz_jobs::node::detail {
namespace {

constexpr std::size_t socket_bytes_max = 107; // what sockaddr_un holds

class Checker {
public:
  explicit Checker(LoadedConfig& loaded) : loaded_(loaded), config_(loaded.config) {}

  void all() {
    store();
    names("queue", config_.queues);
    names("worker", config_.workers);
    names("cron", config_.crons);
    references();
    retries();
    cluster();
    gateways();
    http();
    control();
  }

private:
  [[nodiscard]] bool is_set(const std::string& key) const { return loaded_.origins.contains(key); }

  /// A value that is wrong was complained of; what follows from its absence is not.
  [[nodiscard]] bool is_broken(const std::string& key) const {
    return std::ranges::any_of(loaded_.problems, [&](const ConfigProblem& problem) {
      return problem.key.starts_with(key) && !problem.warning;
    });
  }

  void add(const std::string& key, const std::string& rule, bool warning = false,
           const std::string& nearest = {}) {
    const auto origin = loaded_.origins.find(key);
    loaded_.problems.push_back(
      {.origin = origin == loaded_.origins.end() ? Origin{} : origin->second,
       .key = key,
       .rule = rule,
       .nearest = nearest,
       .warning = warning});
  }
  void warn(const std::string& key, const std::string& rule, const std::string& nearest = {}) {
    add(key, rule, true, nearest);
  }

  /// `key` has to be there because of what `why` says.
  void need(const std::string& key, bool there, const std::string& why) {
    if (!there && !is_broken(key))
      add(key, "must be given " + why);
  }

  void store() {
    const auto kind = config_.store.kind;
    const std::string why = "for a store of kind " + to_string(kind);
    if (kind == StoreKind::sqlite)
      need("store.path", !config_.store.path.empty(), why);
    if (kind == StoreKind::postgres)
      need("store.url", !config_.store.url.empty(), why + " (or url_file, or url_env)");
    if (kind == StoreKind::gateway)
      need("store.url", !config_.store.gateways.empty(), why + ", as zzz://HOST:PORT");
    if (!is_set("store.kind") && kind == StoreKind::memory && !is_broken("store"))
      warn("store", "is not given: jobs are kept in memory and end with the node");
    const std::string section = "store.";
    std::vector<std::string> unused;
    for (const auto& [key, origin] : loaded_.origins)
      if (key.starts_with(section) && !applies(kind, key.substr(section.size())))
        unused.push_back(key);
    for (const auto& key : unused)
      warn(key, "has no effect on a store of kind " + to_string(kind));
  }

  template <class T>
  void names(const std::string& section, const std::vector<T>& entries) {
    std::map<std::string, int> count;
    for (const auto& entry : entries)
      if (!entry.name.empty() && ++count[entry.name] == 2)
        add(section + "." + entry.name + ".name", "is there twice: names must differ");
  }

  template <class T>
  static std::vector<std::string> names_of(const std::vector<T>& entries) {
    std::vector<std::string> names;
    for (const auto& entry : entries)
      names.push_back(entry.name);
    return names;
  }

  /// Queues and workers may be other nodes'; a name that is nearly one of this node's
  /// is hardly meant so.
  void reference(const std::string& key, const std::string& name,
                 const std::vector<std::string>& known, const std::string& what) {
    if (std::ranges::find(known, name) != known.end())
      return;
    const auto nearest = nearest_name(name, known);
    if (!nearest.empty() && edit_distance(name, nearest) <= 2)
      warn(key, "this node has no " + what + " \"" + name + "\"", nearest);
  }

  void references() {
    const auto queues = names_of(config_.queues);
    const auto workers = names_of(config_.workers);
    for (const auto& worker : config_.workers)
      if (worker.opts.queue)
        reference("worker." + worker.name + ".queue", *worker.opts.queue, queues, "queue");
    for (const auto& cron : config_.crons) {
      if (cron.opts.queue)
        reference("cron." + cron.name + ".queue", *cron.opts.queue, queues, "queue");
      if (config_.plugins.empty())
        reference("cron." + cron.name + ".worker", cron.worker, workers, "worker");
    }
  }

  void retries() {
    for (const auto& worker : config_.workers)
      if (worker.retry_keys.max && worker.retry_keys.kind != RetrySection::Kind::exponential)
        warn("worker." + worker.name + ".retry_max", "has an effect on exponential retries only");
  }

  void all_or_none_of_tls() {
    const auto& tls = config_.cluster.tls;
    const bool any = !tls.certificate.empty() || !tls.key.empty() || !tls.ca.empty();
    if (!any)
      return;
    const std::string why = "with the others of certificate, key and ca";
    need("cluster.certificate", !tls.certificate.empty(), why);
    need("cluster.key", !tls.key.empty(), why);
    need("cluster.ca", !tls.ca.empty(), why);
  }

  void cluster() {
    const auto& cluster = config_.cluster;
    all_or_none_of_tls();
    if (cluster.gateway && config_.store.kind == StoreKind::gateway)
      add("cluster.gateway",
          "must be false for a store of kind gateway: this node has no database");
    const auto address = parse_address(cluster.listen);
    if (address && !cluster.join)
      warn("cluster.listen", "has no effect with join = false");
    if (!address) {
      if (is_set("cluster.join") && cluster.join && config_.store.kind != StoreKind::postgres
          && config_.store.kind != StoreKind::gateway && !is_broken("cluster"))
        warn("cluster.join", "has no effect without listen: no other node uses this store");
      if (cluster.gateway)
        need("cluster.listen", false, "for a gateway");
      if (!cluster.advertise.empty() && !is_broken("cluster.listen"))
        warn("cluster.advertise", "has no effect without listen");
      return;
    }
    if (!is_loopback(address->host) && !cluster.tls.is_set() && !is_broken("cluster.certificate"))
      add("cluster.listen",
          "must be a loopback address without certificate, key and ca, got \"" + cluster.listen
            + "\"");
    const bool anywhere = address->host == "0.0.0.0" || address->host == "::";
    if (anywhere && config_.store.kind == StoreKind::postgres)
      need("cluster.advertise", !cluster.advertise.empty(),
           "where listen is " + address->host + ", which other nodes cannot connect to");
  }

  void gateways() {
    const auto& tls = config_.cluster.tls;
    for (const auto& url : config_.store.gateways)
      if (const auto address = gateway_address(url); address && !is_loopback(address->host)
          && !tls.is_set() && !is_broken("cluster.certificate"))
        add("store.url",
            "must be a loopback address without certificate, key and ca in [cluster], "
            "got \""
              + url + "\"");
  }

  void http() {
    const auto& http = config_.http;
    const std::string why = "as certificate and key go together";
    if (http.certificate.empty() != http.key.empty()) {
      need("http.certificate", !http.certificate.empty(), why);
      need("http.key", !http.key.empty(), why);
    }
    const auto address = parse_address(http.listen);
    const bool guarded = !http.token.empty() || !http.certificate.empty();
    if (address && !is_loopback(address->host) && !guarded && !is_broken("http."))
      add("http.listen",
          "must be a loopback address without a token or a certificate, got \"" + http.listen
            + "\"");
  }

  void control() {
    const auto size = config_.control.socket.native().size();
    if (size > socket_bytes_max)
      add("control.socket",
          "must be a path of at most " + std::to_string(socket_bytes_max) + " bytes, got "
            + std::to_string(size));
  }

  LoadedConfig& loaded_;
  const NodeConfig& config_;
};

} // namespace

void check(LoadedConfig& loaded) {
  Checker{loaded}.all();
  if (!loaded.holds())
    return;
  // Every range is a key's; should the supervisor know one more, it is told here too.
  for (const auto& rule : problems_of(supervisor_config_of(loaded.config)))
    loaded.problems.push_back({.rule = rule});
}

} // namespace zzz_jobs::node::detail
