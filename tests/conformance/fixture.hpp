#pragma once

#include <zzz_jobs/config/limits.hpp>
#include <zzz_jobs/stores/store.hpp>

#include <chrono>
#include <concepts>
#include <cstdint>
#include <optional>

namespace zzz_jobs::conformance {

/// What a store offers beyond the published operations. Tests of what is false
/// are left out, and named and counted when the program ends.
struct Capabilities {
  bool unique = true;          ///< unique keys among live jobs
  bool by_id = true;           ///< get, list, retry, cancel, remove of any job
  bool cancelled_state = true; ///< a cancelled execution ends as cancelled, not discarded
  bool rescue_outcome = true;  ///< OutcomeKind::rescue makes the job available
  bool delays = true;          ///< a failed job waits as long as its outcome says
  bool prefetch = true;        ///< ClaimRequest::prefetch is used
  bool results = true;         ///< results and progress are kept
  bool erase = true;           ///< Outcome::erase removes the row
  bool prune = true;           ///< every part of a PrunePolicy
  bool owners = true;          ///< the claims of `apply` are written with their owner
  bool threads = true;         ///< calls from several threads at once
  bool reopens = false;        ///< the fixture has `reopen()`
};

/// Makes one empty store and tells its time. What a test needs:
///
/// - `F f;` and `F f{limits};` make a fresh store on a virtual clock.
/// - `f.store()` is the store; the reference is asked for again after `reopen`.
/// - `f.advance(s)` moves the store's clock.
/// - `f.find(id)` is the job as kept; `store().get(id)` where there is one.
/// - `f.reopen()`, with Capabilities::reopens: this process dies without a word,
///   and another one opens the same data.
template <class F>
concept Fixture = std::default_initializable<F> && std::constructible_from<F, Limits> && requires(
  F& fixture, std::chrono::seconds by, std::int64_t id) {
  requires std::same_as<std::remove_cvref_t<decltype(F::capabilities)>, Capabilities>;
  requires BatchStore<std::remove_reference_t<decltype(fixture.store())>>;
  fixture.advance(by);
  { fixture.find(id) } -> std::same_as<std::optional<Job>>;
} &&(!F::capabilities.reopens || requires(F & fixture) { fixture.reopen(); });

} // namespace zzz_jobs::conformance
