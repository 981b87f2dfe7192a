#include <zzz_jobs/nodes/cluster/moving_line.hpp>

#include <zzz_jobs/nodes/cluster/store_codec.hpp>
#include <zzz_jobs/nodes/cluster/store_fields.hpp>

#include <algorithm>
#include <utility>
#include <vector>

namespace zzz_jobs::node {
namespace {

constexpr std::chrono::milliseconds look_interval{20};

/// The next ones first; the one that is left is there again some time, perhaps.
std::vector<Endpoint> behind(const Endpoint& left, std::vector<Endpoint> gateways) {
  const auto name = to_string(left);
  const auto found = std::find_if(gateways.begin(), gateways.end(),
                                  [&](const Endpoint& one) { return to_string(one) == name; });
  if (found != gateways.end())
    std::rotate(gateways.begin(), found + 1, gateways.end());
  return gateways;
}

} // namespace

MovingLine::MovingLine(caf::actor_system& system, RemoteLine::Setting setting)
  : system_(system), setting_(std::move(setting)) {
  const std::lock_guard lock{mutex_}; // a gateway that leaves at once finds the line
  line_ = open_line(setting_.gateways);
}

MovingLine::~MovingLine() {
  {
    const std::lock_guard lock{mutex_};
    is_ending_ = true;
  }
  if (mover_.joinable())
    mover_.join();
  line_.reset();
}

MovingLine::LinePtr MovingLine::open_line(std::vector<Endpoint> gateways) {
  auto setting = setting_;
  setting.gateways = std::move(gateways);
  setting.on_leaving = [this] { gateway_leaves(); };
  return std::make_shared<RemoteLine>(system_, std::move(setting));
}

MovingLine::LinePtr MovingLine::line() const {
  const std::lock_guard lock{mutex_};
  return line_;
}

bool MovingLine::is_up_within(std::chrono::milliseconds limit) const {
  return line()->is_up_within(limit);
}

std::string MovingLine::trouble() const {
  return line()->trouble();
}

std::int64_t MovingLine::node_id() const {
  return line()->node_id();
}

RemoteLine::Told MovingLine::told() const {
  return line()->told();
}

void MovingLine::tell(StoreVerb verb) {
  line()->tell(verb);
}

std::string MovingLine::ask(StoreVerb verb, std::string body, bool changes) {
  std::unique_lock lock{mutex_};
  changed_.wait(lock, [this] { return !is_moving_; });
  ++asking_;
  const auto line = line_;
  lock.unlock();
  struct AtEnd {
    MovingLine& line;
    ~AtEnd() {
      const std::lock_guard at_end{line.mutex_};
      if (--line.asking_ == 0 && line.is_moving_)
        line.changed_.notify_all();
    }
  };
  const AtEnd at_end{*this};
  return line->ask(verb, std::move(body), changes);
}

void MovingLine::on_signal(StoreSignalHandler handler) {
  const std::lock_guard lock{mutex_};
  signal_handler_ = handler;
  line_->on_signal(std::move(handler));
}

void MovingLine::on_cancelled(std::function<void(const Claim&)> handler) {
  const std::lock_guard lock{mutex_};
  cancelled_handler_ = handler;
  line_->on_cancelled(std::move(handler));
}

// --- moving ---------------------------------------------------------------------------

/// On the thread of a line's actor.
void MovingLine::gateway_leaves() {
  const std::lock_guard lock{mutex_};
  if (is_ending_ || setting_.gateways.size() < 2 || std::exchange(has_mover_, true))
    return;
  if (mover_.joinable()) // it has nothing more to do
    mover_.join();
  mover_ = std::thread{[this] { move_while_left(); }};
}

void MovingLine::move_while_left() {
  for (;;) {
    const auto old = line();
    if (const auto next = find_next(*old))
      move(old, next);
    const std::lock_guard lock{mutex_};
    if (is_ending_ || !line_->is_left()) {
      has_mover_ = false;
      return;
    }
  }
}

/// Null: the old line is no longer left, its link having failed over by itself.
MovingLine::LinePtr MovingLine::find_next(const RemoteLine& old) {
  auto next = open_line(behind(old.endpoint(), setting_.gateways));
  while (!next->is_up_within(look_interval)) {
    const std::lock_guard lock{mutex_};
    if (is_ending_ || !old.is_left())
      return nullptr;
  }
  return next;
}

void MovingLine::move(const LinePtr& old, const LinePtr& next) {
  {
    std::unique_lock lock{mutex_};
    is_moving_ = true;
    changed_.wait(lock, [this] { return asking_ == 0; });
  }
  const auto adopted = hand_over(*old, *next);
  try {
    old->leave(adopted);
  } catch (const Error&) { // it is gone already
  }
  change_to(next);
}

/// The claims that have moved, as text. Where one of the two does not answer, they go
/// back or are rescued, as those of any guest that is gone.
std::string MovingLine::hand_over(RemoteLine& old, RemoteLine& next) const {
  try {
    const auto held = old.ask(StoreVerb::let_go, {}, false);
    auto adopted = next.ask(StoreVerb::adopt, held, true);
    setting_.log(LogLevel::info,
                 "gateway_changed from=" + to_string(old.endpoint())
                   + " to=" + to_string(next.endpoint())
                   + " jobs=" + std::to_string(codec::decoded<std::vector<Claim>>(adopted).size()));
    return adopted;
  } catch (const Error& error) {
    setting_.log(LogLevel::warning,
                 "gateway_changed from=" + to_string(old.endpoint()) + " to="
                   + to_string(next.endpoint()) + " jobs=0 error=\"" + error.what() + "\"");
    return codec::encoded(std::vector<Claim>{});
  }
}

void MovingLine::change_to(const LinePtr& next) {
  LinePtr old;
  {
    const std::lock_guard lock{mutex_};
    old = std::exchange(line_, next);
    old->on_signal({});
    old->on_cancelled({});
    line_->on_signal(signal_handler_);
    line_->on_cancelled(cancelled_handler_);
    is_moving_ = false;
    changed_.notify_all();
  }
  // What was said meanwhile has gone unheard.
  for (const auto signal : {StoreSignal::lost_claims, StoreSignal::back, StoreSignal::jobs})
    next->signal(signal);
}

} // namespace zzz_jobs::node
