#include <zzz_jobs/nodes/control/control_client.hpp>

#include <zzz_jobs/config/errc.hpp>
#include <zzz_jobs/nodes/control/control_wire.hpp>
#include <zzz_jobs/nodes/control/unix_socket.hpp>

#include <sys/socket.h>

#include <limits>
#include <mutex>
#include <utility>

namespace zzz_jobs::node {
namespace {

/// What the node has closed meanwhile, as an idle one, is readable: its end is.
bool is_alive(const control::Fd& socket) {
  char byte = 0;
  return socket && ::recv(socket.get(), &byte, 1, MSG_PEEK | MSG_DONTWAIT) < 0
    && (errno == EAGAIN || errno == EWOULDBLOCK);
}

} // namespace

struct ControlClient::Impl {
  [[noreturn]] void fail(const ApiRequest& request, bool is_sent) {
    socket = control::Fd();
    const auto where = "control socket " + path.string() + ": ";
    if (is_sent && request.method != "GET")
      throw Error(errc::in_doubt,
                  where
                    + "the node was asked and has not answered: it may "
                      "have done it, look before repeating");
    throw Error(errc::unavailable, where + "the node has not answered");
  }

  ApiAnswer call(const ApiRequest& request) {
    const auto line = control::encode(request);
    if (!is_alive(socket))
      socket = control::connect_to(path);
    const auto deadline = std::chrono::steady_clock::now() + timeout;
    const bool is_sent = control::write_all(socket.get(), line, deadline);
    // A node that refuses a request may say so before it has read all of it.
    control::LineReader lines(socket.get(),
                              {.line_bytes_max = std::numeric_limits<std::size_t>::max(),
                               .idle_max = is_sent ? timeout : std::chrono::milliseconds{100},
                               .line_max = timeout});
    std::string text;
    if (lines.next(text) != control::LineEnd::line)
      fail(request, is_sent);
    try {
      return control::decode_answer(text);
    } catch (const Error&) { // not one of ours answers there
      fail(request, is_sent);
    }
  }

  const std::filesystem::path path;
  const std::chrono::milliseconds timeout;
  std::mutex mutex{};
  control::Fd socket{};
};

ControlClient::ControlClient(std::filesystem::path path, std::chrono::milliseconds timeout)
  : impl_(new Impl{.path = std::move(path), .timeout = timeout}) {}

ControlClient::~ControlClient() = default;

ApiAnswer ControlClient::call(const ApiRequest& request) {
  const std::lock_guard lock(impl_->mutex);
  return impl_->call(request);
}

} // namespace zzz_jobs::node
