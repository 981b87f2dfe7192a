#pragma once

#include <zzz_jobs/nodes/cluster/pending_handshakes.hpp>
#include <zzz_jobs/nodes/cluster/tls_context.hpp>

#include <caf/fwd.hpp>
#include <caf/io/doorman.hpp>
#include <caf/io/scribe.hpp>

#include <functional>
#include <memory>

namespace zzz_jobs::node {

/// What new connections use: a renewed certificate counts from the next one on.
using TlsSource = std::function<TlsContext()>;

/// A CAF connection over TLS on a socket that is connected; owns the socket, also
/// when it throws. The first bytes of the handshake are sent.
/// @throws Error(unavailable).
[[nodiscard]] caf::io::scribe_ptr make_tls_scribe(caf::actor_system& system,
                                                  const TlsContext& context, int socket);

/// Takes TLS connections on a socket that listens; owns the socket.
[[nodiscard]] caf::io::doorman_ptr make_tls_doorman(caf::actor_system& system, TlsSource source,
                                                    std::shared_ptr<PendingHandshakes> pending,
                                                    int socket);

} // namespace zzz_jobs::node
