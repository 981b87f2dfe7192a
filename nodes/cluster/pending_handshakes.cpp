#include <zzz_jobs/nodes/cluster/pending_handshakes.hpp>

#include <sys/socket.h>

namespace zzz_jobs::node {

PendingHandshakes::Entry::Entry(PendingHandshakes& all, int socket, Time now)
  : all_(all), socket_(socket), since_(now) {
  const std::lock_guard lock{all_.mutex_};
  if (all_.entries_.size() >= count_max)
    cut(*all_.entries_.front());
  place_ = all_.entries_.insert(all_.entries_.end(), this);
}

PendingHandshakes::Entry::~Entry() {
  const std::lock_guard lock{all_.mutex_};
  all_.entries_.erase(place_);
}

// The multiplexer then reads the end of the stream and closes the socket.
void PendingHandshakes::cut(const Entry& entry) {
  ::shutdown(entry.socket_, SHUT_RDWR);
}

void PendingHandshakes::sweep(Time now) {
  const std::lock_guard lock{mutex_};
  for (const auto* entry : entries_) {
    if (now - entry->since_ < age_max)
      return;
    cut(*entry);
  }
}

std::size_t PendingHandshakes::count() const {
  const std::lock_guard lock{mutex_};
  return entries_.size();
}

} // namespace zzz_jobs::node
