#pragma once

#include <zzz_jobs/nodes/control/socket_io.hpp>
#include <zzz_jobs/nodes/control/tcp_socket.hpp>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <stdexcept>
#include <string>

namespace zzz_jobs::node::tests {

/// A connection to a server on 127.0.0.1 that sends what a test wants.
class HttpPeer {
public:
  explicit HttpPeer(const std::string& address)
    : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(control::parse_tcp_address(address).port);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(socket_.get(), reinterpret_cast<const sockaddr*>(&to), sizeof(to)) != 0)
      throw std::runtime_error("cannot connect to " + address);
  }
  bool send(std::string_view bytes) { return control::write_all(socket_.get(), bytes, deadline()); }
  /// All that comes until the server closes.
  std::string all() {
    std::string text;
    std::array<char, 4096> piece;
    while (const auto count =
             control::read_some(socket_.get(), piece.data(), piece.size(), deadline()))
      text.append(piece.data(), count);
    return text;
  }
  /// What comes until `part` has come, or the server closes.
  std::string until(std::string_view part) {
    std::string text;
    std::array<char, 1> byte;
    while (text.find(part) == std::string::npos
           && control::read_some(socket_.get(), byte.data(), 1, deadline()) == 1)
      text += byte[0];
    return text;
  }

private:
  static control::Deadline deadline() {
    return std::chrono::steady_clock::now() + std::chrono::seconds{20};
  }

  control::Fd socket_;
};

/// One request over its own connection; the whole answer.
inline std::string say(const std::string& address, std::string_view bytes) {
  HttpPeer peer(address);
  peer.send(bytes);
  return peer.all();
}

} // namespace zzz_jobs::node::tests
