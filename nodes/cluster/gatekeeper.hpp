#pragma once

#include <zzz_jobs/nodes/cluster/hello.hpp>
#include <zzz_jobs/nodes/cluster/transport.hpp>

#include <caf/actor.hpp>

#include <functional>
#include <memory>
#include <string>

namespace zzz_jobs::node {

/// Who talks to one node that came in, and what it is told first. The session
/// monitors its client and ends with
/// it; when the gatekeeper ends it gets an exit message.
struct Session {
  caf::actor actor{};
  std::string greeting{};
};

/// Makes the session for a node that says `hello`; it is reached as `client`.
/// Throws Error to refuse it, with a text for it. Called on an actor's thread.
using SessionFactory = std::function<Session(const Hello& hello, const caf::actor& client)>;

/// The door of a node: the one actor that others find at its port. It answers a
/// Hello with a session of the kind asked for and ignores everything else; should
/// another node end it, it is there again at once.
class Gatekeeper {
public:
  Gatekeeper(caf::actor_system& system, std::shared_ptr<Transport> transport);
  ~Gatekeeper();
  Gatekeeper(const Gatekeeper&) = delete;
  Gatekeeper& operator=(const Gatekeeper&) = delete;

  /// Before or after `open`.
  void add_kind(std::string kind, SessionFactory factory);

  /// Takes links there; says at which port. @throws as Transport::publish.
  std::uint16_t open(const Endpoint& at);

  /// For who is in the same process.
  [[nodiscard]] caf::actor actor() const;

  struct Shared; ///< its inside

private:
  std::shared_ptr<Shared> shared_;
};

} // namespace zzz_jobs::node
