#include <zzz_jobs/nodes/cluster/tls_transport.hpp>

#include <zzz_jobs/config/errc.hpp>
#include <zzz_jobs/nodes/cluster/tls_session.hpp>

#include <caf/all.hpp>
#include <caf/detail/socket_guard.hpp>
#include <caf/io/all.hpp>
#include <caf/io/network/default_multiplexer.hpp>
#include <caf/io/network/doorman_impl.hpp>
#include <caf/io/network/stream.hpp>

#include <optional>
#include <utility>

namespace zzz_jobs::node {
namespace {

namespace net = caf::io::network;

net::default_multiplexer& multiplexer_of(caf::actor_system& system) {
  return dynamic_cast<net::default_multiplexer&>(system.middleman().backend());
}

class TlsStream final : public net::stream {
public:
  TlsStream(net::default_multiplexer& multiplexer, int socket, TlsSession with)
    : stream(multiplexer, socket), session(std::move(with)) {}
  void handle_event(net::operation operation) override { handle_event_impl(operation, session); }

  TlsSession session;
};

/// One connection. What the broker writes waits until the peer has shown its
/// certificate.
class TlsScribe final : public caf::io::scribe {
public:
  TlsScribe(net::default_multiplexer& multiplexer, int socket, TlsSession session)
    : scribe(net::conn_hdl_from_socket(socket)), stream_(multiplexer, socket, std::move(session)) {
    stream_.session.on_ready = [this] {
      pending_.reset();
      stream_.flush(this);
    };
  }

  void is_pending(std::shared_ptr<PendingHandshakes> in) {
    all_pending_ = std::move(in);
    pending_.emplace(*all_pending_, stream_.fd(), std::chrono::steady_clock::now());
  }
  [[nodiscard]] bool shake_hands() { return stream_.session.shake_hands(); }

  void configure_read(caf::io::receive_policy::config config) override {
    stream_.configure_read(config);
    if (!std::exchange(is_launched_, true))
      stream_.start(this);
  }
  void flush() override {
    if (stream_.session.is_ready())
      stream_.flush(this);
  }
  void graceful_shutdown() override {
    stream_.graceful_shutdown();
    detach(&stream_.backend(), false);
  }
  void ack_writes(bool enable) override { stream_.ack_writes(enable); }
  std::vector<char>& wr_buf() override { return stream_.wr_buf(); }
  std::vector<char>& rd_buf() override { return stream_.rd_buf(); }
  std::string addr() const override {
    auto address = net::remote_addr_of_fd(stream_.fd());
    return address ? *address : std::string{};
  }
  std::uint16_t port() const override {
    auto port = net::remote_port_of_fd(stream_.fd());
    return port ? *port : std::uint16_t{0};
  }
  void add_to_loop() override { stream_.activate(this); }
  void remove_from_loop() override { stream_.passivate(); }

private:
  TlsStream stream_; ///< closes the socket last
  std::shared_ptr<PendingHandshakes> all_pending_{};
  std::optional<PendingHandshakes::Entry> pending_{};
  bool is_launched_ = false;
};

class TlsDoorman final : public net::doorman_impl {
public:
  TlsDoorman(net::default_multiplexer& multiplexer, int socket, TlsSource source,
             std::shared_ptr<PendingHandshakes> pending)
    : net::doorman_impl(multiplexer, socket), source_(std::move(source)),
      pending_(std::move(pending)) {}

  bool new_connection() override {
    const int socket = acceptor_.accepted_socket();
    caf::detail::socket_guard guard{socket};
    if (detached()) // the broker has let go; the multiplexer hears of it later
      return false;
    auto& multiplexer = acceptor_.backend();
    try {
      net::nonblocking(socket, true);
      TlsSession session{source_(), socket, TlsContext::Side::accepts};
      auto scribe = caf::make_counted<TlsScribe>(multiplexer, socket, std::move(session));
      guard.release();
      scribe->is_pending(pending_);
      const auto handle = scribe->hdl();
      parent()->add_scribe(std::move(scribe));
      return doorman::new_connection(&multiplexer, handle);
    } catch (const std::exception&) { // without memory: this one is not let in
      return false;
    }
  }

private:
  TlsSource source_;
  std::shared_ptr<PendingHandshakes> pending_;
};

} // namespace

caf::io::scribe_ptr make_tls_scribe(caf::actor_system& system, const TlsContext& context,
                                    int socket) {
  caf::detail::socket_guard guard{socket};
  TlsSession session{context, socket, TlsContext::Side::connects};
  auto scribe = caf::make_counted<TlsScribe>(multiplexer_of(system), socket, std::move(session));
  guard.release();
  if (!scribe->shake_hands())
    throw Error{errc::unavailable,
                "it ended the connection during the handshake (are the certificates of one CA and "
                "in force?)"};
  return scribe;
}

caf::io::doorman_ptr make_tls_doorman(caf::actor_system& system, TlsSource source,
                                      std::shared_ptr<PendingHandshakes> pending, int socket) {
  return caf::make_counted<TlsDoorman>(multiplexer_of(system), socket, std::move(source),
                                       std::move(pending));
}

} // namespace zzz_jobs::node
