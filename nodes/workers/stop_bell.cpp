#include <zzz_jobs/nodes/workers/stop_bell.hpp>

#include <utility>

#include <sys/eventfd.h>

namespace zzz_jobs::node {

StopBell::StopBell(std::stop_token token) : event_(make_event()) {
  callback_.emplace(std::move(token), [event = event_.number()] { eventfd_write(event, 1); });
}

} // namespace zzz_jobs::node
