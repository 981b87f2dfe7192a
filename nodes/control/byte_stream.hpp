#pragma once

#include <zzz_jobs/nodes/control/socket_io.hpp>

#include <memory>

namespace zzz_jobs::node::control {

/// What a connection's bytes go through, plain or TLS.
class ByteStream {
public:
  virtual ~ByteStream() = default;
  /// As read_some.
  [[nodiscard]] virtual std::size_t read(char* to, std::size_t size, Deadline deadline) = 0;
  [[nodiscard]] virtual bool write(std::string_view bytes, Deadline deadline) = 0;
  /// Says that nothing more is written; what the peer still sends is read and dropped,
  /// or closing the socket could take away what it has not yet read.
  virtual void end(Deadline deadline) = 0;
};

/// Over a socket that outlives it.
class PlainStream final : public ByteStream {
public:
  explicit PlainStream(int socket) : socket_(socket) {}
  std::size_t read(char* to, std::size_t size, Deadline deadline) override;
  bool write(std::string_view bytes, Deadline deadline) override;
  void end(Deadline deadline) override;

private:
  int socket_;
};

/// Shuts the socket's writing down and drops what comes, 1 MiB at most, until the peer has
/// closed.
void linger(int socket, Deadline deadline);

} // namespace zzz_jobs::node::control
