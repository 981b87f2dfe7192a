#pragma once

#include <zzz_jobs/nodes/cluster/tls_context.hpp>

#include <caf/io/network/native_socket.hpp>
#include <caf/io/network/rw_state.hpp>

#include <cstddef>
#include <functional>
#include <memory>

namespace zzz_jobs::node {

/// How a CAF stream reads and writes over TLS. Errors that other sessions of the
/// thread have left behind in OpenSSL are not taken for this one's, as CAF's own
/// session would: else one failed handshake ends all healthy links.
class TlsSession {
public:
  TlsSession(const TlsContext& context, int socket, TlsContext::Side side);

  /// Called once, when the handshake is done; nothing may be written before.
  std::function<void()> on_ready{};
  [[nodiscard]] bool is_ready() const noexcept { return is_ready_; }

  /// Goes on with the handshake as far as the socket lets; false if it failed.
  [[nodiscard]] bool shake_hands();

  // What a CAF stream wants of its policy.
  caf::io::network::rw_state read_some(std::size_t& count, caf::io::network::native_socket socket,
                                       void* into, std::size_t size);
  caf::io::network::rw_state write_some(std::size_t& count, caf::io::network::native_socket socket,
                                        const void* from, std::size_t size);
  [[nodiscard]] bool must_read_more(caf::io::network::native_socket socket, std::size_t wanted);

private:
  struct Free {
    void operator()(ssl_st* session) const;
  };
  [[nodiscard]] caf::io::network::rw_state judge(int answer) const;

  std::unique_ptr<ssl_st, Free> session_;
  bool is_ready_ = false;
};

} // namespace zzz_jobs::node
