#include <zzz_jobs/actors/runtime/telemetry_actor.hpp>

#include <zzz_jobs/actors/runtime/quiet_defaults.hpp>

#include <system_error>
#include <utility>
#include <vector>

namespace zzz_jobs::runtime {

caf::behavior telemetry_actor(caf::stateful_actor<TelemetryState>* self, TelemetrySetup setup) {
  quiet_defaults(self);
  return self->state.start(self, std::move(setup));
}

caf::behavior TelemetryState::start(caf::stateful_actor<TelemetryState>* self,
                                    TelemetrySetup setup) {
  self_ = self;
  setup_ = std::move(setup);
  return {
    [this](EventsMsg& message) {
      events_.push_back(std::move(message.events));
      hand_over();
    },
    [this](HandledMsg& message) {
      setup_.waiting->fetch_sub(message.count);
      busy_ = false;
      hand_over();
    },
    [this](QuitMsg&) {
      quitting_ = true;
      hand_over();
    },
  };
}

void TelemetryState::hand_over() {
  if (busy_)
    return;
  if (events_.empty()) {
    if (quitting_)
      self_->quit(caf::exit_reason::user_shutdown);
    return;
  }
  auto task = [events = events_, setup = setup_, ended = ended_,
               me = caf::actor_cast<caf::actor>(self_)] {
    const LogSink log = [&](LogLevel level, std::string_view line) {
      setup.shared->log(level, line);
    };
    std::size_t count = 0;
    for (const auto& some : events) {
      for (const auto& event : *some)
        if (*ended || !setup.inbox->call(setup.handler, event, log))
          return;
      count += some->size();
    }
    caf::anon_send(me, HandledMsg{count});
  };
  try {
    setup_.pool->submit(std::move(task));
    events_.clear();
    busy_ = true;
  } catch (const std::system_error& error) {
    // The next events try again; the backlog's limit holds meanwhile.
    setup_.shared->log(LogLevel::error,
                       std::string{"no_telemetry_thread error=\""} + error.what() + "\"");
  }
}

} // namespace zzz_jobs::runtime
