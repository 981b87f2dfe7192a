#include <zzz_jobs/nodes/cluster/transport.hpp>

#include <zzz_jobs/actors/runtime/quiet_defaults.hpp>
#include <zzz_jobs/config/errc.hpp>
#include <zzz_jobs/nodes/cluster/tcp_connection.hpp>
#include <zzz_jobs/nodes/cluster/tls_transport.hpp>

#include <caf/all.hpp>
#include <caf/io/all.hpp>
#include <caf/io/basp_broker.hpp>
#include <caf/io/network/default_multiplexer.hpp>

#include <array>
#include <system_error>
#include <utility>

namespace zzz_jobs::node {
namespace {

using sweep_atom = caf::atom_constant<caf::atom("sweep")>;
using FileTimes = std::array<std::filesystem::file_time_type, 3>;

/// Cuts connections that do not get on with their handshake.
caf::behavior sweep(caf::event_based_actor* self, std::shared_ptr<PendingHandshakes> pending) {
  runtime::quiet_defaults(self);
  self->send(self, sweep_atom::value);
  return {[self, pending](sweep_atom) {
    pending->sweep(std::chrono::steady_clock::now());
    self->delayed_send(self, std::chrono::milliseconds{500}, sweep_atom::value);
  }};
}

FileTimes times_of(const TlsSection& files) {
  FileTimes times{};
  std::error_code ignored; // a file that is gone gets the smallest time: a change
  times[0] = std::filesystem::last_write_time(files.certificate, ignored);
  times[1] = std::filesystem::last_write_time(files.key, ignored);
  times[2] = std::filesystem::last_write_time(files.ca, ignored);
  return times;
}

caf::actor broker_of(caf::actor_system& system) {
  if (!system.has_middleman())
    throw Error{errc::invalid_argument,
                "the actor system must have CAF's middleman: see prepare_for_cluster"};
  return system.middleman().named_broker<caf::io::basp_broker>(caf::atom("BASP"));
}

} // namespace

/// What the multiplexer's thread reads while another renews it.
struct Transport::Shared {
  std::mutex mutex{};
  std::optional<TlsContext> context{}; ///< none: plain
  FileTimes times{};
};

Transport::Transport(caf::actor_system& system, const TlsSection& tls, LogSink log)
  : system_(system), files_(tls), log_(std::move(log)), broker_(broker_of(system)),
    pending_(std::make_shared<PendingHandshakes>()), shared_(std::make_shared<Shared>()) {
  if (!log_)
    log_ = log_nothing;
  if (!is_secure())
    return;
  shared_->times = times_of(files_);
  shared_->context.emplace(files_);
  sweeper_ = system_.spawn(sweep, pending_);
}

Transport::~Transport() {
  caf::anon_send_exit(sweeper_, caf::exit_reason::user_shutdown);
}

TlsContext Transport::context() const {
  const std::lock_guard lock{shared_->mutex};
  return *shared_->context;
}

void Transport::refuse_open_address(const Endpoint& endpoint, const char* what) const {
  if (!is_secure() && !is_loopback(endpoint))
    throw Error{errc::invalid_argument,
                std::string{what} + " " + to_string(endpoint)
                  + " must be a loopback address without cluster.certificate, key and ca: links to "
                    "other machines"
                    " need certificates"};
}

std::uint16_t Transport::publish(const caf::actor& actor, const Endpoint& at) {
  refuse_open_address(at, "cluster.listen");
  // CAF resolves no names here.
  const std::string address = at.host == "localhost" ? "127.0.0.1" : at.host;
  auto socket = caf::io::network::new_tcp_acceptor_impl(at.port, address.c_str(), true);
  if (!socket)
    throw Error{errc::unavailable,
                "cannot listen on " + to_string(at) + ": " + system_.render(socket.error())};
  auto& multiplexer = system_.middleman().backend();
  auto doorman = is_secure() ? make_tls_doorman(
                   system_,
                   [shared = shared_] {
                     const std::lock_guard lock{shared->mutex};
                     return *shared->context;
                   },
                   pending_, *socket)
                             : multiplexer.new_doorman(*socket);
  const auto port = doorman->port();
  caf::anon_send(broker_, caf::publish_atom::value, std::move(doorman), port,
                 caf::actor_cast<caf::strong_actor_ptr>(actor), std::set<std::string>{});
  return port;
}

void Transport::close(std::uint16_t port) {
  caf::anon_send(broker_, caf::close_atom::value, port);
}

caf::io::scribe_ptr Transport::connect(const Endpoint& to, std::chrono::milliseconds limit) {
  refuse_open_address(to, "the address");
  look_at_files(); // a process that only calls others has nobody else to look
  const int socket = open_tcp_connection(to, limit);
  if (!is_secure())
    return system_.middleman().backend().new_scribe(socket);
  return make_tls_scribe(system_, context(), socket);
}

void Transport::look_at_files() {
  if (!is_secure())
    return;
  const auto times = times_of(files_);
  {
    const std::lock_guard lock{shared_->mutex};
    if (times == shared_->times)
      return;
    shared_->times = times;
  }
  try {
    TlsContext renewed{files_};
    const std::lock_guard lock{shared_->mutex};
    shared_->context = std::move(renewed);
    log_(LogLevel::info, "tls_renewed");
  } catch (const Error& error) {
    log_(LogLevel::error, std::string{"tls_not_renewed error=\""} + error.what() + "\"");
  }
}

} // namespace zzz_jobs::node
