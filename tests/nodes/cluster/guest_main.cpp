// A guest in a process of its own, to be killed: `gateway_guest URL`. It runs jobs
// of the worker "w" that end only when they are told to stop.
#include <zzz_jobs/nodes/cluster/remote_store.hpp>
#include <zzz_jobs/zzz_jobs.hpp>

#include <exception>
#include <iostream>
#include <thread>

int main(int argc, char** argv) {
  using namespace zzz_jobs;
  if (argc != 2) {
    std::cerr << "usage: gateway_guest URL\n";
    return 2;
  }
  try {
    Supervisor<node::RemoteStore> guest{
      node::RemoteStore::Config{.gateways = {argv[1]}, .name = "victim"},
      SupervisorConfig{.queues = {{.name = "default", .concurrency = 4}}}};
    guest.register_worker("w", [](std::string_view, JobContext& context) {
      while (!context.stop_requested())
        std::this_thread::sleep_for(std::chrono::milliseconds{10});
    });
    guest.start();
    for (;;) // until it is killed
      std::this_thread::sleep_for(std::chrono::hours{1});
  } catch (const std::exception& error) {
    std::cerr << "gateway_guest: " << error.what() << '\n';
    return 1;
  }
}
