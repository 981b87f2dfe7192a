#include <zzz_jobs/nodes/control/control_server.hpp>

#include <zzz_jobs/config/errc.hpp>
#include <zzz_jobs/nodes/control/connections.hpp>
#include <zzz_jobs/nodes/control/control_wire.hpp>
#include <zzz_jobs/nodes/control/json.hpp>
#include <zzz_jobs/nodes/control/unix_socket.hpp>

#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <optional>
#include <utility>

namespace zzz_jobs::node {
namespace {

/// A body in quotes: each of its quotes and line ends takes two bytes, what cannot be
/// printed six; no program sends a body of those.
std::size_t line_bytes_max(std::size_t body_bytes_max) {
  constexpr std::size_t other_parts = 64 * 1024;
  return 2 * body_bytes_max + other_parts;
}

/// Whether the peer is who may open the socket anyway: the mode alone does not hold
/// where a file system has none.
bool is_allowed(int socket) {
  ucred peer{};
  socklen_t size = sizeof(peer);
  return ::getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0
    && (peer.uid == ::geteuid() || peer.uid == 0);
}

} // namespace

struct ControlServer::Impl {
  Impl(ControlServerSetting chosen, ApiChannel& answering)
    : setting(std::move(chosen)), api(answering) {
    auto listening = control::listen_at(setting.path);
    remember_file();
    lock = std::move(listening.lock);
    connections.emplace(
      std::move(listening.socket), setting.connections_max, [this](int socket) { serve(socket); },
      [this](int socket) { turn_away(socket); });
  }

  ~Impl() {
    connections.reset();
    // Somebody may have put another one there, who knows nothing of the lock.
    struct stat now {};
    if (::lstat(setting.path.c_str(), &now) == 0 && now.st_ino == file.st_ino
        && now.st_dev == file.st_dev)
      ::unlink(setting.path.c_str());
  }

  void remember_file() {
    if (::lstat(setting.path.c_str(), &file) != 0)
      throw Error(errc::unavailable, "control socket " + setting.path.string() + ": it is gone");
  }

  bool write(int socket, const ApiAnswer& answer) const {
    return control::write_all(socket, control::encode(answer),
                              std::chrono::steady_clock::now() + setting.answer_max);
  }

  void turn_away(int socket) const {
    const auto text =
      "control socket: all " + std::to_string(setting.connections_max) + " connections are in use";
    // One that does not read at once must not hold up the others.
    (void)control::write_all(socket, control::encode(control::refusal(503, "unavailable", text)),
                             std::chrono::steady_clock::now());
  }

  void serve(int socket) {
    if (!is_allowed(socket))
      return;
    control::LineReader lines(socket,
                              {.line_bytes_max = line_bytes_max(setting.body_bytes_max),
                               .idle_max = setting.idle_max,
                               .line_max = setting.request_max});
    std::string line;
    while (true) {
      switch (lines.next(line)) {
        case control::LineEnd::ended: return;
        case control::LineEnd::too_long:
          (void)write(socket, control::refusal(413, "too_large", "request: its line is too long"));
          return;
        case control::LineEnd::line:
          if (!write(socket, answer(line)))
            return;
      }
    }
  }

  ApiAnswer answer(std::string_view line) {
    try {
      return api.call(control::decode_request(line));
    } catch (const Error& error) {
      return control::refusal(error);
    }
  }

  const ControlServerSetting setting;
  ApiChannel& api;
  control::Fd lock{}; ///< until the socket is gone
  struct stat file {};
  std::optional<control::Connections> connections{};
};

ControlServer::ControlServer(ControlServerSetting setting, ApiChannel& api)
  : impl_(new Impl(std::move(setting), api)) {}

ControlServer::~ControlServer() = default;

const std::filesystem::path& ControlServer::path() const noexcept {
  return impl_->setting.path;
}

} // namespace zzz_jobs::node
