#include "raw_tls_server.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <csignal>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>

namespace zzz_jobs::node::test {
namespace {

void must(bool holds, const char* what) {
  if (!holds)
    throw std::runtime_error(std::string{"the test's TLS server: "} + what);
}

} // namespace

RawTlsServer::RawTlsServer(const TlsSection& shown)
  : context_(SSL_CTX_new(TLS_server_method())),
    socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  std::signal(SIGPIPE, SIG_IGN);
  must(SSL_CTX_use_certificate_file(context_, shown.certificate.c_str(), SSL_FILETYPE_PEM) == 1
         && SSL_CTX_use_PrivateKey_file(context_, shown.key.c_str(), SSL_FILETYPE_PEM) == 1,
       "its certificate");
  sockaddr_in at{};
  at.sin_family = AF_INET;
  at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof at;
  must(bind(socket_, reinterpret_cast<const sockaddr*>(&at), size) == 0, "bind");
  must(listen(socket_, 16) == 0, "listen");
  must(getsockname(socket_, reinterpret_cast<sockaddr*>(&at), &size) == 0, "its port");
  port_ = ntohs(at.sin_port);
  thread_ = std::thread{[this] { serve(); }};
}

RawTlsServer::~RawTlsServer() {
  ::shutdown(socket_, SHUT_RDWR); // wakes the thread
  thread_.join();
  ::close(socket_);
  SSL_CTX_free(context_);
}

void RawTlsServer::serve() {
  for (int socket = -1; (socket = ::accept(socket_, nullptr, nullptr)) >= 0;) {
    const timeval limit{.tv_sec = 5, .tv_usec = 0};
    setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    shake_hands(socket);
    ::close(socket);
  }
}

/// With TLS 1.3 it ends well only when the client has answered to the certificate.
void RawTlsServer::shake_hands(int socket) {
  const std::unique_ptr<SSL, decltype(&SSL_free)> session{SSL_new(context_), SSL_free};
  SSL_set_fd(session.get(), socket);
  ++(SSL_accept(session.get()) == 1 ? believed_ : refused_);
  ERR_clear_error();
}

} // namespace zzz_jobs::node::test
