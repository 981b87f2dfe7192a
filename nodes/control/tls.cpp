#include <zzz_jobs/nodes/control/tls.hpp>

#include <zzz_jobs/config/errc.hpp>

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <limits>
#include <string>

namespace zzz_jobs::node::control {
namespace {

struct ContextDelete {
  void operator()(SSL_CTX* one) const noexcept { SSL_CTX_free(one); }
};
using ServerContext = std::unique_ptr<SSL_CTX, ContextDelete>;

ServerContext new_context() {
  ServerContext context{SSL_CTX_new(TLS_server_method())};
  if (context == nullptr || SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION) != 1)
    throw Error(errc::unavailable, "http.certificate: TLS is not available");
  return context;
}

ConfigProblem problem(const char* key, const std::filesystem::path& file, const std::string& rule) {
  std::array<char, 256> reason{};
  ERR_error_string_n(ERR_peek_last_error(), reason.data(), reason.size());
  ERR_clear_error();
  return {.key = key,
          .rule = "\"" + file.string() + "\" " + rule + " (" + reason.data() + ")",
          .of_machine = ::access(file.c_str(), R_OK) != 0};
}

/// Has `context` take them over, or says why not.
std::vector<ConfigProblem> load(SSL_CTX* context, const std::filesystem::path& certificate,
                                const std::filesystem::path& key) {
  if (SSL_CTX_use_certificate_chain_file(context, certificate.c_str()) != 1)
    return {problem("http.certificate", certificate, "must be a readable PEM certificate")};
  if (SSL_CTX_use_PrivateKey_file(context, key.c_str(), SSL_FILETYPE_PEM) != 1)
    return {problem("http.key", key,
                    "must be the readable PEM key of the certificate, without a passphrase")};
  return {};
}

bool is_in_force(const X509* certificate) {
  return X509_cmp_current_time(X509_get0_notBefore(certificate)) < 0
    && X509_cmp_current_time(X509_get0_notAfter(certificate)) > 0;
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

std::vector<ConfigProblem> problems_of(const HttpSection& section) {
  if (section.certificate.empty() || section.key.empty())
    return {};
  const auto context = new_context();
  auto problems = load(context.get(), section.certificate, section.key);
  if (problems.empty() && !is_in_force(SSL_CTX_get0_certificate(context.get())))
    problems.push_back(
      {.key = "http.certificate",
       .rule = "\"" + section.certificate.string() + "\" must be in force, or clients refuse it",
       .warning = true});
  return problems;
}

struct TlsServer::Impl {
  ServerContext context = new_context();
};

TlsServer::TlsServer(const std::filesystem::path& certificate, const std::filesystem::path& key)
  : impl_(new Impl) {
  auto* context = impl_->context.get();
  SSL_CTX_set_mode(context,
                   SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER
                     | SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_IGNORE_UNEXPECTED_EOF);
  if (const auto problems = load(context, certificate, key); !problems.empty())
    throw Error(errc::invalid_argument, text_of(problems.front()));
}

TlsServer::~TlsServer() = default;

std::unique_ptr<ByteStream> TlsServer::accept(int socket, Deadline deadline) const {
  auto stream = std::make_unique<TlsStream>(impl_->context.get(), socket);
  if (!stream->accept(deadline))
    return nullptr;
  return stream;
}

} // namespace zzz_jobs::node::control
