#include <zzz_jobs/nodes/control/tls.hpp>

#include <zzz_jobs/config/errc.hpp>

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <fcntl.h>
#include <poll.h>

#include <algorithm>
#include <array>
#include <limits>
#include <string>

namespace zzz_jobs::node::control {
namespace {

[[noreturn]] void fail(const std::string& key, const std::filesystem::path& file,
                       const std::string& rule) {
  std::array<char, 256> reason{};
  ERR_error_string_n(ERR_peek_last_error(), reason.data(), reason.size());
  ERR_clear_error();
  throw Error(errc::invalid_argument,
              key + " \"" + file.string() + "\": " + rule + " (" + reason.data() + ")");
}

struct SslDelete {
  void operator()(SSL* ssl) const noexcept { SSL_free(ssl); }
};

class TlsStream final : public ByteStream {
public:
  TlsStream(SSL_CTX* context, int socket) : socket_(socket), ssl_(SSL_new(context)) {
    // Waiting is for this class alone, which knows how long.
    ::fcntl(socket, F_SETFL, ::fcntl(socket, F_GETFL) | O_NONBLOCK);
    is_usable_ = ssl_ != nullptr && SSL_set_fd(ssl_.get(), socket) == 1;
  }

  bool accept(Deadline deadline) {
    return is_usable_ && repeat(deadline, [&] { return SSL_accept(ssl_.get()); }) > 0;
  }

  std::size_t read(char* to, std::size_t size, Deadline deadline) override {
    const int count = repeat(deadline, [&] { return SSL_read(ssl_.get(), to, bounded(size)); });
    return count > 0 ? static_cast<std::size_t>(count) : 0;
  }

  bool write(std::string_view bytes, Deadline deadline) override {
    while (!bytes.empty()) {
      const int count = repeat(
        deadline, [&] { return SSL_write(ssl_.get(), bytes.data(), bounded(bytes.size())); });
      if (count <= 0)
        return false;
      bytes.remove_prefix(static_cast<std::size_t>(count));
    }
    return true;
  }

  void end(Deadline deadline) override {
    if (is_usable_)
      (void)repeat(deadline, [&] { return SSL_shutdown(ssl_.get()) < 0 ? -1 : 1; });
    linger(socket_, deadline);
  }

private:
  static int bounded(std::size_t size) {
    return static_cast<int>(std::min<std::size_t>(size, std::numeric_limits<int>::max()));
  }

  /// Until it is done, failed, or time is up.
  template <class F>
  int repeat(Deadline deadline, F f) {
    while (is_usable_) {
      ERR_clear_error();
      const int result = f();
      if (result > 0)
        return result;
      const int want = SSL_get_error(ssl_.get(), result);
      const bool waits = want == SSL_ERROR_WANT_READ || want == SSL_ERROR_WANT_WRITE;
      if (waits && wait_for(socket_, want == SSL_ERROR_WANT_READ ? POLLIN : POLLOUT, deadline))
        continue;
      is_usable_ = false; // nothing may be done with it after a failure
    }
    return -1;
  }

  int socket_;
  std::unique_ptr<SSL, SslDelete> ssl_;
  bool is_usable_ = false;
};

} // namespace

struct TlsServer::Impl {
  struct ContextDelete {
    void operator()(SSL_CTX* one) const noexcept { SSL_CTX_free(one); }
  };
  std::unique_ptr<SSL_CTX, ContextDelete> context{SSL_CTX_new(TLS_server_method())};
};

TlsServer::TlsServer(const std::filesystem::path& certificate, const std::filesystem::path& key)
  : impl_(new Impl) {
  auto* context = impl_->context.get();
  if (context == nullptr || SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) != 1)
    fail("certificate", certificate, "TLS is not available");
  SSL_CTX_set_mode(context,
                   SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER
                     | SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_IGNORE_UNEXPECTED_EOF);
  if (SSL_CTX_use_certificate_chain_file(context, certificate.c_str()) != 1)
    fail("certificate", certificate, "must be a readable PEM certificate");
  if (SSL_CTX_use_PrivateKey_file(context, key.c_str(), SSL_FILETYPE_PEM) != 1)
    fail("key", key, "must be the readable PEM key of the certificate, without a passphrase");
}

TlsServer::~TlsServer() = default;

std::unique_ptr<ByteStream> TlsServer::accept(int socket, Deadline deadline) const {
  auto stream = std::make_unique<TlsStream>(impl_->context.get(), socket);
  if (!stream->accept(deadline))
    return nullptr;
  return stream;
}

} // namespace zzz_jobs::node::control
