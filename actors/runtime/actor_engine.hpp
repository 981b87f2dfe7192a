#pragma once

#include <zzz_jobs/actors/runtime/engine.hpp>
#include <zzz_jobs/actors/runtime/shared.hpp>

#include <memory>

namespace caf {
class actor_system;
}

namespace zzz_jobs::runtime {

/// The engine of RunMode::actors. Owns an actor system unless it is given one.
[[nodiscard]] std::unique_ptr<Engine>
make_actor_engine(SharedPtr shared, std::shared_ptr<AnyStore> store, caf::actor_system* system);

} // namespace zzz_jobs::runtime
