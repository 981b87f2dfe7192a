#include "raw_client.hpp"

#include <openssl/ssl.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <utility>

namespace zzz_jobs::node::test {

RawClient::RawClient(std::uint16_t port)
  : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(port);
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (socket_ < 0 || ::connect(socket_, reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0)
    throw std::runtime_error("no connection to port " + std::to_string(port));
  const timeval limit{.tv_sec = 20, .tv_usec = 0};
  setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
}

RawClient::~RawClient() {
  if (socket_ >= 0)
    ::close(socket_);
}

RawClient::RawClient(RawClient&& other) noexcept : socket_(std::exchange(other.socket_, -1)) {}

void RawClient::send(const std::string& bytes) const {
  static_cast<void>(::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL));
}

bool RawClient::is_ended_within(std::chrono::milliseconds limit) const {
  const auto end = std::chrono::steady_clock::now() + limit;
  for (;;) {
    const auto left =
      std::chrono::ceil<std::chrono::milliseconds>(end - std::chrono::steady_clock::now());
    pollfd ready{.fd = socket_, .events = POLLIN, .revents = 0};
    if (left.count() <= 0 || poll(&ready, 1, static_cast<int>(left.count())) <= 0)
      return false;
    std::array<char, 512> buffer{};
    if (::recv(socket_, buffer.data(), buffer.size(), 0) <= 0)
      return true;
  }
}

std::string first_bytes_over_tls(std::uint16_t port, const std::optional<TlsSection>& tls,
                                 int highest_version) {
  std::signal(SIGPIPE, SIG_IGN);
  const RawClient connection{port};
  const std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context{SSL_CTX_new(TLS_client_method()),
                                                                  SSL_CTX_free};
  if (highest_version != 0)
    SSL_CTX_set_max_proto_version(context.get(), highest_version);
  if (tls
      && (SSL_CTX_use_certificate_file(context.get(), tls->certificate.c_str(), SSL_FILETYPE_PEM)
            != 1
          || SSL_CTX_use_PrivateKey_file(context.get(), tls->key.c_str(), SSL_FILETYPE_PEM) != 1))
    throw std::runtime_error("the test's certificate cannot be used");
  const std::unique_ptr<SSL, decltype(&SSL_free)> session{SSL_new(context.get()), SSL_free};
  SSL_set_fd(session.get(), connection.socket());
  if (SSL_connect(session.get()) != 1)
    return {};
  std::array<char, 64> buffer{};
  const int count = SSL_read(session.get(), buffer.data(), static_cast<int>(buffer.size()));
  return count > 0 ? std::string(buffer.data(), static_cast<std::size_t>(count)) : std::string{};
}

} // namespace zzz_jobs::node::test
