#include <zzz_jobs/nodes/cluster/directory_watch.hpp>

#include <zzz_jobs/config/errc.hpp>

#include <algorithm>
#include <utility>

namespace zzz_jobs::node {
namespace {

using namespace std::chrono_literals;

// Newcomers call those that are there: only nodes that cannot be called find others
// by looking.
constexpr auto first_interval = 200ms;
constexpr auto interval_max = 5s;

bool same(const NodeDescription& a, const NodeDescription& b) {
  return a.name == b.name && a.address == b.address && a.version == b.version && a.pid == b.pid;
}

} // namespace

DirectoryWatch::DirectoryWatch(AnySupervisor& supervisor, NodeDescription own, Found found,
                               std::function<void()> each_time)
  : supervisor_(supervisor), own_(std::move(own)), found_(std::move(found)),
    each_time_(std::move(each_time)), thread_([this] { run(); }) {}

DirectoryWatch::~DirectoryWatch() {
  {
    const std::lock_guard lock{mutex_};
    is_ending_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

std::vector<NodeRecord> DirectoryWatch::look() {
  std::vector<NodeRecord> rows;
  std::int64_t own_id = 0;
  supervisor_.with_store([&](AnyStore& store) {
    own_id = store.node_id();
    rows = store.nodes();
  });
  describe_if_needed(rows, own_id);
  found_(rows, own_id);
  return rows;
}

/// At first, and again when the store has given us a new row.
void DirectoryWatch::describe_if_needed(const std::vector<NodeRecord>& rows, std::int64_t own_id) {
  const auto own =
    std::find_if(rows.begin(), rows.end(), [&](const auto& row) { return row.id == own_id; });
  if (own != rows.end() && !same(own->is, own_))
    supervisor_.with_store([&](AnyStore& store) { store.describe_node(own_); });
}

void DirectoryWatch::run() {
  auto interval = std::chrono::milliseconds{first_interval};
  std::unique_lock lock{mutex_};
  while (!is_ending_) {
    lock.unlock();
    try {
      (void)look();
    } catch (const std::exception&) { // the store is away: as the supervisor tells
    }
    each_time_();
    lock.lock();
    changed_.wait_for(lock, interval, [&] { return is_ending_; });
    interval = std::min<std::chrono::milliseconds>(interval * 2, interval_max);
  }
}

} // namespace zzz_jobs::node
