#pragma once

#include "cluster/campaign.hpp"
#include "cluster/chaos.hpp"

#include <cstdint>
#include <memory>
#include <vector>

namespace zzz_jobs::cluster {

/// Two programs that enqueue all the while, one by one and in bulk.
class Load {
public:
  /// `more`: options for both.
  explicit Load(Campaign& campaign, const EnqueuerOptions& more = {});
  void suspend();
  void resume();
  void end(); ///< when every call that has begun is settled
private:
  Campaign& campaign_;
  std::vector<std::shared_ptr<Process>> programs_{};
};

/// The server is there again since `back_us`: within ten seconds work goes on, and every
/// node says that its trouble is over. It asserts.
void check_that_work_resumes(Campaign& campaign, const Fleet& fleet, std::int64_t back_us);

/// All that was begun comes to its end, and the checker has nothing against it.
/// A test case calls it last; it asserts.
Verdict conclude(Campaign& campaign, Load& load, Fleet& fleet);

} // namespace zzz_jobs::cluster
