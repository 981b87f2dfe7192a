#include <zzz_jobs/actors/runtime/actor_guest.hpp>

#include <zzz_jobs/actors/runtime/messages.hpp>

#include <caf/all.hpp>

#include <exception>
#include <set>
#include <utility>

namespace zzz_jobs::runtime {
namespace {

std::exception_ptr no_store() {
  return std::make_exception_ptr(
    Error(errc::unavailable, "store: its actor is being replaced; nothing happened"));
}

} // namespace

ActorGuest::ActorGuest(SharedPtr shared, std::shared_ptr<Directory> directory, std::string name,
                       GuestListener listener)
  : shared_(std::move(shared)), directory_(std::move(directory)),
    id_(shared_->guests.add(std::move(name), std::move(listener))) {}

/// A store actor that is not there now finds what is left behind when it starts.
ActorGuest::~ActorGuest() {
  shared_->guests.leave(id_);
  tell_left_behind();
}

void ActorGuest::tell_left_behind() {
  if (const auto store = directory_->store())
    caf::anon_send(store, GuestLeftMsg{});
}

void ActorGuest::apply(Batch batch, Applied applied) {
  const auto store = directory_->store();
  if (!store)
    return applied({}, no_store());
  caf::anon_send(
    store, GuestBatchMsg{std::make_shared<GuestCall>(id_, std::move(batch), std::move(applied))});
}

void ActorGuest::call(Work work, Done done) {
  const auto store = directory_->store();
  if (!store)
    return done(no_store());
  caf::anon_send(store,
                 StoreCallMsg{std::make_shared<StoreCall>(std::move(work), std::move(done))});
}

std::vector<std::vector<Claim>> ActorGuest::open_claims(AnyStore& store,
                                                        const std::vector<std::string>& queues) {
  const auto open = store.open_claims(queues);
  std::vector<std::vector<Claim>> its_own;
  for (std::size_t i = 0; i < queues.size(); ++i)
    its_own.push_back(shared_->guests.compare(id_, queues[i], open[i]));
  return its_own;
}

std::vector<HeldClaim> ActorGuest::let_go() {
  return shared_->guests.let_go(id_);
}

std::vector<Claim> ActorGuest::adopt(AnyStore& store, const std::vector<HeldClaim>& held) {
  std::vector<Claim> claims;
  for (const auto& one : held)
    claims.push_back(one.claim);
  auto adopted = store.adopt(claims);
  std::set<std::pair<std::int64_t, std::int32_t>> got;
  for (const auto& claim : adopted)
    got.emplace(claim.job_id, claim.attempt);
  for (const auto& one : held)
    if (got.contains({one.claim.job_id, one.claim.attempt}))
      shared_->guests.hold(id_, one);
  return adopted;
}

void ActorGuest::moved(const std::vector<Claim>& adopted) {
  shared_->guests.moved(id_, adopted);
  tell_left_behind();
}

void ActorGuest::hand_back() {
  shared_->guests.hand_back(id_);
  tell_left_behind();
}

} // namespace zzz_jobs::runtime
