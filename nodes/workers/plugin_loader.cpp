#include <zzz_jobs/nodes/workers/plugin_loader.hpp>

#include <zzz_jobs/actors/any_supervisor.hpp>
#include <zzz_jobs/config/errc.hpp>
#include <zzz_jobs/nodes/plugin.hpp>
#include <zzz_jobs/stores/new_job.hpp>

#include <atomic>
#include <exception>
#include <utility>

#include <dlfcn.h>

namespace zzz_jobs::node {
namespace {

using Facts = const PluginFacts* (*)();
using Register = void (*)(PluginHost&);

[[noreturn]] void refuse(const std::string& plugin, const std::string& why,
                         errc code = errc::invalid_argument) {
  throw Error(code, "plug-in \"" + plugin + "\": " + why);
}

/// Stays open: handlers, and what they leave behind, may be its code.
void* open(const std::string& plugin) {
  void* const object = dlopen(plugin.c_str(), RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
  if (object == nullptr)
    refuse(plugin, std::string{"cannot be loaded: "} + dlerror());
  return object;
}

template <class Function>
Function function_of(void* object, const std::string& plugin, const char* name) {
  void* const found = dlsym(object, name);
  if (found == nullptr)
    refuse(plugin,
           std::string{"is no plug-in: it has no function "} + name
             + ", which ZZZ_JOBS_PLUGIN makes");
  return reinterpret_cast<Function>(found);
}

void check(const PluginFacts& facts, const std::string& plugin) {
  constexpr auto* remedy = ": build it with the headers and the compiler of this node's version";
  if (facts.abi != plugin_abi)
    refuse(plugin,
           "is made for plug-in interface " + std::to_string(facts.abi) + ", this node has "
             + std::to_string(plugin_abi) + remedy);
  if (facts.layout != plugin_layout())
    refuse(plugin, std::string{"was built with types of another size"} + remedy);
}

} // namespace

/// One plug-in's host. States: loading, then open to its handlers; kept alive by them
/// and by those that hear events.
class PluginLoader::Host final : public PluginHost, public std::enable_shared_from_this<Host> {
public:
  explicit Host(AnySupervisor& supervisor) : supervisor_(supervisor) {}

  void register_worker(WorkerDef worker) override {
    if (open_)
      throw Error(errc::not_allowed,
                  "worker \"" + worker.name
                    + "\": a plug-in's workers are registered as it is loaded");
    // What the supervisor would refuse, now: then nothing is registered.
    const auto& limits = supervisor_.config().limits;
    check_name("worker", worker.name, limits.name_bytes_max);
    if (!worker.handler)
      throw Error(errc::invalid_argument,
                  "worker \"" + worker.name + "\": handler must not be empty");
    (void)make_new_job(worker.name, {}, worker.opts, limits);
    workers_.push_back(std::move(worker));
  }

  Job enqueue(std::string_view worker, std::string args, const JobOpts& opts) override {
    if (!open_)
      throw Error(errc::not_allowed, "a plug-in enqueues nothing as it is loaded");
    return supervisor_.enqueue(worker, std::move(args), opts);
  }

  void on_event(TelemetryHandler handler) override {
    if (open_)
      throw Error(errc::not_allowed, "a plug-in asks for events as it is loaded");
    if (!handler)
      throw Error(errc::invalid_argument, "on_event: handler must not be empty");
    listeners_.push_back(std::move(handler));
  }

  void log(LogLevel level, std::string_view line) override {
    supervisor_.config().log(level, line);
  }

  [[nodiscard]] const std::vector<WorkerDef>& workers() const noexcept { return workers_; }

  void register_all() {
    open_ = true;
    for (auto& worker : std::exchange(workers_, {})) {
      worker.handler = [self = shared_from_this(), handler = std::move(worker.handler)](
                         std::string_view args, JobContext& context) { handler(args, context); };
      supervisor_.register_worker(std::move(worker));
    }
    for (auto& listener : std::exchange(listeners_, {}))
      supervisor_.attach_telemetry([self = shared_from_this(), hear = std::move(listener)](
                                     const Event& event) { hear(event); });
  }

private:
  AnySupervisor& supervisor_;
  std::vector<WorkerDef> workers_{};
  std::vector<TelemetryHandler> listeners_{};
  std::atomic<bool> open_{false};
};

PluginLoader::PluginLoader(AnySupervisor& supervisor, std::vector<std::string> taken)
  : supervisor_(supervisor) {
  for (auto& name : taken)
    taken_.emplace(std::move(name), "the node's file");
}

PluginLoader::~PluginLoader() = default;

void PluginLoader::check_names(const std::string& plugin, const Host& host) const {
  std::map<std::string, int> own;
  for (const auto& worker : host.workers()) {
    if (const auto found = taken_.find(worker.name); found != taken_.end())
      refuse(plugin, "worker \"" + worker.name + "\" is registered already, by " + found->second);
    if (++own[worker.name] > 1)
      refuse(plugin, "registers worker \"" + worker.name + "\" twice");
  }
  if (own.empty())
    refuse(plugin, "registers no worker");
}

std::vector<std::string> PluginLoader::load(const std::filesystem::path& path) {
  // Without a folder it would be searched for elsewhere.
  const auto plugin = std::filesystem::absolute(path).string();
  void* const object = open(plugin);
  const auto facts = function_of<Facts>(object, plugin, "zzz_jobs_plugin_facts");
  const auto enter = function_of<Register>(object, plugin, "zzz_jobs_plugin_register");
  check(*facts(), plugin);
  const auto host = std::make_shared<Host>(supervisor_);
  try {
    enter(*host);
  } catch (const Error& error) {
    refuse(plugin, error.what(), error.code());
  } catch (const std::exception& error) {
    refuse(plugin, error.what(), errc::not_allowed);
  }
  check_names(plugin, *host);
  std::vector<std::string> names;
  for (const auto& worker : host->workers())
    names.push_back(worker.name);
  host->register_all();
  for (const auto& name : names)
    taken_.emplace(name, "plug-in \"" + plugin + "\"");
  return names;
}

} // namespace zzz_jobs::node
