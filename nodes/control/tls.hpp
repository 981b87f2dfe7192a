#pragma once

#include <zzz_jobs/config/node/node_config.hpp>
#include <zzz_jobs/config/node/origin.hpp>
#include <zzz_jobs/nodes/control/byte_stream.hpp>

#include <filesystem>
#include <memory>
#include <vector>

namespace zzz_jobs::node::control {

/// What is wrong with the certificate and key of [http], each with its key and rule; that
/// clients will refuse the certificate for its age is a warning. Empty: nothing, or
/// there are none. Who set the keys, it does not know.
[[nodiscard]] std::vector<ConfigProblem> problems_of(const HttpSection& section);

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
