#include <zzz_jobs/nodes/cluster/tls_context.hpp>

#include <zzz_jobs/config/errc.hpp>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include <filesystem>
#include <string>
#include <utility>

namespace zzz_jobs::node {
namespace {

template <auto Free>
struct Freer {
  template <class T>
  void operator()(T* it) const {
    Free(it);
  }
};
using Bio = std::unique_ptr<BIO, Freer<BIO_free_all>>;
using Certificate = std::unique_ptr<X509, Freer<X509_free>>;
using Key = std::unique_ptr<EVP_PKEY, Freer<EVP_PKEY_free>>;
using CaStore = std::unique_ptr<X509_STORE, Freer<X509_STORE_free>>;
using Verification = std::unique_ptr<X509_STORE_CTX, Freer<X509_STORE_CTX_free>>;

/// What the files hold, as far as they could be read.
struct Loaded {
  std::vector<Certificate> chain{}; ///< the node's own certificate first
  Key key{};
  CaStore ca{};
  std::vector<ConfigProblem> problems{};

  void complain(const char* of, std::string rule) {
    problems.push_back({.key = of, .rule = std::move(rule)});
  }
};

/// OpenSSL would ask for a passphrase at the terminal.
int no_passphrase(char*, int, int, void*) {
  return -1;
}

std::string but_got(const std::filesystem::path& path) {
  return ", got \"" + path.string() + "\"";
}

Bio open_file(Loaded& into, const char* key, const std::filesystem::path& path) {
  if (path.empty()) {
    into.complain(key, "must be set: TLS needs certificate, key and ca");
    return {};
  }
  Bio file{BIO_new_file(path.c_str(), "r")};
  if (!file)
    into.problems.push_back(
      {.key = key, .rule = "must be a file that can be read" + but_got(path), .of_machine = true});
  return file;
}

void load_chain(Loaded& into, const std::filesystem::path& path) {
  const auto file = open_file(into, "cluster.certificate", path);
  if (!file)
    return;
  while (auto* next = PEM_read_bio_X509(file.get(), nullptr, no_passphrase, nullptr))
    into.chain.emplace_back(next);
  if (into.chain.empty())
    into.complain("cluster.certificate", "must hold a certificate (PEM)" + but_got(path));
}

void load_key(Loaded& into, const std::filesystem::path& path) {
  const auto file = open_file(into, "cluster.key", path);
  if (!file)
    return;
  into.key.reset(PEM_read_bio_PrivateKey(file.get(), nullptr, no_passphrase, nullptr));
  if (!into.key)
    into.complain("cluster.key",
                  "must hold a private key (PEM) without a passphrase" + but_got(path));
}

void load_ca(Loaded& into, const std::filesystem::path& path) {
  if (!open_file(into, "cluster.ca", path))
    return;
  into.ca.reset(X509_STORE_new());
  if (!into.ca || X509_STORE_load_locations(into.ca.get(), path.c_str(), nullptr) != 1) {
    into.ca.reset();
    into.complain("cluster.ca", "must hold the CA's certificate (PEM)" + but_got(path));
  }
}

/// Why peers would refuse the certificate in this role; empty if they would not.
std::string refusal(const Loaded& loaded, int purpose) {
  STACK_OF(X509)* others = sk_X509_new_null();
  for (std::size_t i = 1; i < loaded.chain.size(); ++i)
    sk_X509_push(others, loaded.chain[i].get());
  const Verification check{X509_STORE_CTX_new()};
  std::string reason;
  if (!check
      || X509_STORE_CTX_init(check.get(), loaded.ca.get(), loaded.chain.front().get(), others) != 1)
    reason = "out of memory";
  else {
    X509_STORE_CTX_set_purpose(check.get(), purpose);
    if (X509_verify_cert(check.get()) != 1)
      reason = X509_verify_cert_error_string(X509_STORE_CTX_get_error(check.get()));
  }
  sk_X509_free(others);
  return reason;
}

void check_together(Loaded& loaded) {
  if (!loaded.chain.empty() && loaded.key
      && X509_check_private_key(loaded.chain.front().get(), loaded.key.get()) != 1)
    loaded.complain("cluster.key", "must be that of cluster.certificate");
  if (loaded.chain.empty() || !loaded.ca)
    return;
  for (const int role : {X509_PURPOSE_SSL_SERVER, X509_PURPOSE_SSL_CLIENT}) {
    const auto reason = refusal(loaded, role);
    if (reason.empty())
      continue;
    loaded.complain("cluster.certificate",
                    "must be in force, signed by cluster.ca and good for "
                      + std::string{role == X509_PURPOSE_SSL_SERVER ? "server" : "client"}
                      + " use: " + reason);
    return; // the other role would say the same again
  }
}

Loaded load(const TlsSection& files) {
  Loaded loaded;
  load_chain(loaded, files.certificate);
  load_key(loaded, files.key);
  load_ca(loaded, files.ca);
  check_together(loaded);
  ERR_clear_error(); // what went wrong is in words now
  return loaded;
}

std::string joined(const std::vector<ConfigProblem>& problems) {
  std::string text;
  for (const auto& problem : problems)
    text += (text.empty() ? "" : "; ") + problem.key + " " + problem.rule;
  return text;
}

/// Takes over what was loaded; false if OpenSSL objects.
bool fill(SSL_CTX* context, Loaded& loaded) {
  if (SSL_CTX_set_min_proto_version(context, TLS1_3_VERSION) != 1
      || SSL_CTX_use_certificate(context, loaded.chain.front().get()) != 1
      || SSL_CTX_use_PrivateKey(context, loaded.key.get()) != 1)
    return false;
  for (std::size_t i = 1; i < loaded.chain.size(); ++i)
    if (SSL_CTX_add1_chain_cert(context, loaded.chain[i].get()) != 1)
      return false;
  SSL_CTX_set_cert_store(context, loaded.ca.release());
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
  // Links last: nothing is gained by resuming sessions, and an idle one is small.
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_num_tickets(context, 0);
  SSL_CTX_set_mode(context,
                   SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER
                     | SSL_MODE_RELEASE_BUFFERS);
  return true;
}

} // namespace

std::vector<ConfigProblem> problems_of(const TlsSection& files) {
  return load(files).problems;
}

TlsContext::TlsContext(const TlsSection& files) {
  auto loaded = load(files);
  if (!loaded.problems.empty())
    throw Error{errc::invalid_argument, joined(loaded.problems)};
  context_.reset(SSL_CTX_new(TLS_method()), SSL_CTX_free);
  const bool is_good = context_ && fill(context_.get(), loaded);
  ERR_clear_error();
  if (!is_good)
    throw Error{errc::invalid_argument,
                "cluster.certificate and key must be such that OpenSSL takes them"};
}

ssl_st* TlsContext::new_session(int socket, Side side) const {
  auto* session = SSL_new(context_.get());
  if (!session || SSL_set_fd(session, socket) != 1) {
    SSL_free(session);
    ERR_clear_error();
    throw Error{errc::unavailable, "no memory for a TLS session"};
  }
  if (side == Side::connects)
    SSL_set_connect_state(session);
  else
    SSL_set_accept_state(session);
  return session;
}

} // namespace zzz_jobs::node
