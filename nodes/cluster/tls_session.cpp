#include <zzz_jobs/nodes/cluster/tls_session.hpp>

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <climits>
#include <csignal>

namespace zzz_jobs::node {
namespace {

using caf::io::network::native_socket;
using caf::io::network::rw_state;

/// OpenSSL writes to sockets in a way that raises SIGPIPE. The thread is the
/// multiplexer's or a connector's: nobody else waits for the signal there.
void block_sigpipe() {
  static thread_local const bool is_blocked = [] {
    sigset_t pipe;
    sigemptyset(&pipe);
    sigaddset(&pipe, SIGPIPE);
    return pthread_sigmask(SIG_BLOCK, &pipe, nullptr) == 0;
  }();
  static_cast<void>(is_blocked);
}

int clamped(std::size_t size) {
  return static_cast<int>(std::min(size, std::size_t{INT_MAX}));
}

} // namespace

void TlsSession::Free::operator()(ssl_st* session) const {
  SSL_free(session);
  ERR_clear_error();
}

TlsSession::TlsSession(const TlsContext& context, int socket, TlsContext::Side side)
  : session_(context.new_session(socket, side)) {}

bool TlsSession::shake_hands() {
  if (is_ready_)
    return true;
  block_sigpipe();
  ERR_clear_error();
  const int answer = SSL_do_handshake(session_.get());
  if (answer == 1) {
    is_ready_ = true;
    if (on_ready)
      on_ready();
    return true;
  }
  // A peer that does not even take the few bytes of a handshake is refused too.
  return SSL_get_error(session_.get(), answer) == SSL_ERROR_WANT_READ;
}

rw_state TlsSession::judge(int answer) const {
  switch (SSL_get_error(session_.get(), answer)) {
    case SSL_ERROR_WANT_READ:
    case SSL_ERROR_WANT_WRITE: return rw_state::success; // nothing now
    default: return rw_state::failure;
  }
}

rw_state TlsSession::read_some(std::size_t& count, native_socket, void* into, std::size_t size) {
  count = 0;
  if (!shake_hands())
    return rw_state::failure;
  if (!is_ready_)
    return rw_state::success;
  if (size == 0)
    return rw_state::indeterminate;
  ERR_clear_error();
  const int answer = SSL_read(session_.get(), into, clamped(size));
  if (answer <= 0)
    return judge(answer);
  count = static_cast<std::size_t>(answer);
  return rw_state::success;
}

rw_state TlsSession::write_some(std::size_t& count, native_socket, const void* from,
                                std::size_t size) {
  count = 0;
  if (size == 0 || !is_ready_)
    return rw_state::indeterminate;
  block_sigpipe();
  ERR_clear_error();
  const int answer = SSL_write(session_.get(), from, clamped(size));
  if (answer <= 0)
    return judge(answer);
  count = static_cast<std::size_t>(answer);
  return rw_state::success;
}

bool TlsSession::must_read_more(native_socket, std::size_t wanted) {
  return static_cast<std::size_t>(SSL_pending(session_.get())) >= wanted;
}

} // namespace zzz_jobs::node
