#pragma once

#include <zzz_jobs/nodes/control/byte_stream.hpp>

#include <filesystem>
#include <memory>

namespace zzz_jobs::node::control {

/// A server's certificate and key; TLS 1.2 and newer.
class TlsServer {
public:
  /// @throws Error(invalid_argument) where one of the files cannot be used, or they do
  /// not belong together.
  TlsServer(const std::filesystem::path& certificate, const std::filesystem::path& key);
  ~TlsServer();

  /// The handshake; null: it failed or took too long. `socket` and this outlive the
  /// stream.
  [[nodiscard]] std::unique_ptr<ByteStream> accept(int socket, Deadline deadline) const;

private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

} // namespace zzz_jobs::node::control
