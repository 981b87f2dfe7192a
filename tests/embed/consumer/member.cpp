// An application whose node is a gateway, in an actor system of its own; and a node
// without a store, which has none and works through it.

#include <zzz_jobs/nodes/cluster.hpp>
#include <zzz_jobs/nodes/cluster/remote_store.hpp>
#include <zzz_jobs/zzz_jobs.hpp>

#include <caf/all.hpp>

#include <chrono>
#include <cstdio>
#include <exception>
#include <future>
#include <string>

namespace {

struct Config : caf::actor_system_config {
  Config() { zzz_jobs::node::prepare_for_cluster(*this); }
};

bool works() {
  Config config;
  caf::actor_system system{config};
  zzz_jobs::MemorySupervisor supervisor{{}, {.queues = {{.name = "here"}}}, system};
  zzz_jobs::node::Cluster cluster{
    supervisor,
    {.section = {.listen = "127.0.0.1:0", .gateway = true}, .name = "member", .system = &system}};
  supervisor.start();

  std::promise<std::string> greeted;
  zzz_jobs::Supervisor<zzz_jobs::node::RemoteStore> guest{
    {.gateways = {"zzz://" + cluster.address()}, .name = "guest"}, {.queues = {{.name = "there"}}}};
  guest.register_worker("greet", [&](std::string_view args, zzz_jobs::JobContext&) {
    greeted.set_value("hello " + std::string{args});
  });
  guest.start();
  supervisor.enqueue("greet", std::string{"world"}, {.queue = "there"});
  auto greeting = greeted.get_future();
  const bool good = greeting.wait_for(std::chrono::seconds{60}) == std::future_status::ready
    && greeting.get() == "hello world" && cluster.nodes().front().name == "member";
  return guest.stop() && supervisor.stop() && good;
}

} // namespace

int main() {
  try {
    const bool good = works();
    std::puts(good ? "member: worked" : "member: the job was not worked");
    return good ? 0 : 1;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "member: %s\n", error.what());
    return 1;
  }
}
