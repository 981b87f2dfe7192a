#pragma once

#include <zzz_jobs/stores/job.hpp>

#include <cstdint>
#include <functional>
#include <string>

namespace zzz_jobs {

/// Something that other nodes of the same store should hear of soon. A hint: who
/// does not hear it finds out by looking, a little later.
struct Notice {
  enum class Kind : std::uint8_t {
    jobs,      ///< `queue` may have jobs to claim; no name: any queue
    cancelled, ///< the execution `claim` has lost its claim: its handler shall stop;
               ///< job id 0: some execution has
    paused,    ///< `queue` was paused
    resumed,   ///< `queue` was resumed
  };
  Kind kind = Kind::jobs;
  std::string queue{};
  Claim claim{};
  /// Done by this process; else its store told, who may have told the others too.
  bool own = true;
};

using NoticeSink = std::function<void(const Notice&)>;

} // namespace zzz_jobs
