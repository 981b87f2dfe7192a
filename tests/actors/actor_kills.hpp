#pragma once

#include "support/catch.hpp"
#include "support/eventually.hpp"

#include <zzz_jobs/actors/any_supervisor.hpp>
#include <zzz_jobs/actors/runtime/actor_engine_impl.hpp>

#include <string>

namespace zzz_jobs::tests {

inline runtime::Directory& directory_of(AnySupervisor& supervisor) {
  return dynamic_cast<runtime::ActorEngine&>(supervisor.engine()).directory();
}

inline void kill(const caf::actor& actor) {
  caf::anon_send_exit(actor, caf::exit_reason::kill);
}

/// Kills the actor of this name and waits until another one is in its place.
inline void kill_and_wait(AnySupervisor& supervisor, const std::string& name) {
  auto& directory = directory_of(supervisor);
  const auto victim = directory.find(name);
  REQUIRE(victim);
  kill(victim);
  REQUIRE(support::eventually([&] {
    const auto now = directory.find(name);
    return now && now != victim;
  }));
}

} // namespace zzz_jobs::tests
