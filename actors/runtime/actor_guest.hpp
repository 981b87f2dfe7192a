#pragma once

#include <zzz_jobs/actors/guest.hpp>
#include <zzz_jobs/actors/runtime/directory.hpp>
#include <zzz_jobs/actors/runtime/shared.hpp>

#include <cstdint>
#include <memory>
#include <string>

namespace zzz_jobs::runtime {

/// A guest of a supervisor that has actors.
class ActorGuest final : public Guest {
public:
  ActorGuest(SharedPtr shared, std::shared_ptr<Directory> directory, std::string name,
             GuestListener listener);
  ~ActorGuest() override;

  void apply(Batch batch, Applied applied) override;
  void call(Work work, Done done) override;
  std::vector<std::vector<Claim>> open_claims(AnyStore& store,
                                              const std::vector<std::string>& queues) override;
  std::vector<HeldClaim> let_go() override;
  std::vector<Claim> adopt(AnyStore& store, const std::vector<HeldClaim>& held) override;
  void moved(const std::vector<Claim>& adopted) override;
  void hand_back() override;

private:
  void tell_left_behind();

  SharedPtr shared_;
  std::shared_ptr<Directory> directory_;
  std::uint64_t id_;
};

} // namespace zzz_jobs::runtime
