// An application that has actors of its own: the supervisor lives in the
// application's actor system, and a handler talks to one of its actors.

#include <zzz_jobs/zzz_jobs.hpp>

#include <caf/all.hpp>

#include <cstdio>
#include <exception>
#include <memory>
#include <stdexcept>
#include <string>

namespace {

struct Greeting {
  std::string name{};
  MSGPACK_DEFINE_MAP(name)
};

constexpr int greetings = 3;

/// The application's own actor: ends when it has heard all greetings.
caf::behavior listener(caf::event_based_actor* self, std::shared_ptr<int> heard) {
  return {[self, heard](const std::string& text) {
    std::puts(text.c_str());
    if (++*heard == greetings)
      self->quit();
  }};
}

void greet_through(caf::actor_system& system) {
  const auto heard = std::make_shared<int>(0);
  const auto actor = system.spawn(listener, heard);

  // Destroyed before the system, which must outlive it.
  zzz_jobs::SupervisorConfig config;
  config.queues = {{.name = "default", .concurrency = 2}};
  zzz_jobs::MemorySupervisor supervisor{{}, config, system};
  supervisor.register_worker("greet", [actor](const Greeting& greeting) {
    caf::anon_send(actor, "hello " + greeting.name);
  });
  supervisor.start();
  for (const char* name : {"Ada", "Grace", "Edsger"})
    supervisor.enqueue("greet", Greeting{name});

  caf::scoped_actor self{system};
  self->wait_for(actor);
  if (!supervisor.stop() || *heard != greetings)
    throw std::runtime_error("not every greeting was heard");
}

} // namespace

int main() {
  try {
    caf::actor_system_config config;
    caf::actor_system system{config};
    greet_through(system);
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "embed_in_actor_system: %s\n", error.what());
    return 1;
  }
}
