#pragma once

#include <zzz_jobs/config/node/node_config.hpp>
#include <zzz_jobs/config/node/origin.hpp>

#include <memory>
#include <vector>

struct ssl_ctx_st; // OpenSSL's SSL_CTX
struct ssl_st;     // OpenSSL's SSL

namespace zzz_jobs::node {

/// What is wrong with the files of mutual TLS, each with its key and rule: they
/// load, belong together, are in force, and this node's certificate is one that its
/// own CA lets connect and listen. Empty: nothing. Who set the keys, it does not know.
[[nodiscard]] std::vector<ConfigProblem> problems_of(const TlsSection& files);

/// Certificate, key and CA as they were when it was made: later changes of the
/// files touch nothing, and a connection reads none. TLS 1.3 only, both sides show a
/// certificate of the CA. Names in certificates are not compared with hosts: the
/// CA signs nodes of this cluster and nothing else.
class TlsContext {
public:
  /// @throws Error(invalid_argument) with all that problems_of says.
  explicit TlsContext(const TlsSection& files);

  enum class Side : bool { connects, accepts };
  /// A new session on a connected socket, to be freed by the caller.
  /// @throws Error(unavailable) without memory.
  [[nodiscard]] ssl_st* new_session(int socket, Side side) const;

private:
  std::shared_ptr<ssl_ctx_st> context_;
};

} // namespace zzz_jobs::node
