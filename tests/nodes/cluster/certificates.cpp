#include "certificates.hpp"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

#include <cstdint>
#include <cstdio>
#include <memory>
#include <stdexcept>
#include <utility>

namespace zzz_jobs::node::test {
namespace {

namespace fs = std::filesystem;
using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
using Certificate = std::unique_ptr<X509, decltype(&X509_free)>;
using File = std::unique_ptr<std::FILE, int (*)(std::FILE*)>;

void must(bool holds, const char* what) {
  if (!holds)
    throw std::runtime_error(std::string{"openssl: "} + what);
}

File open(const fs::path& path, const char* mode) {
  File file{std::fopen(path.c_str(), mode), std::fclose};
  must(file != nullptr, path.c_str());
  return file;
}

Key new_key() {
  Key key{EVP_EC_gen("P-256"), EVP_PKEY_free};
  must(key != nullptr, "new key");
  return key;
}

void add(X509* to, int kind, const std::string& value) {
  auto* extension = X509V3_EXT_conf_nid(nullptr, nullptr, kind, value.c_str());
  must(extension && X509_add_ext(to, extension, -1) == 1, "extension");
  X509_EXTENSION_free(extension);
}

Certificate blank(const std::string& name, EVP_PKEY* key, const Authority::Wish& wish) {
  Certificate it{X509_new(), X509_free};
  std::int64_t serial = 0;
  must(it && RAND_bytes(reinterpret_cast<unsigned char*>(&serial), 7) == 1, "serial");
  X509_set_version(it.get(), 2);
  ASN1_INTEGER_set_int64(X509_get_serialNumber(it.get()), serial);
  const auto seconds = [](std::chrono::hours h) { return std::chrono::seconds{h}.count(); };
  X509_gmtime_adj(X509_getm_notBefore(it.get()), seconds(wish.begins));
  X509_gmtime_adj(X509_getm_notAfter(it.get()), seconds(wish.ends));
  X509_NAME_add_entry_by_txt(X509_get_subject_name(it.get()), "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
  must(X509_set_pubkey(it.get(), key) == 1, "public key");
  return it;
}

void write(const fs::path& base, X509* certificate, EVP_PKEY* key) {
  must(PEM_write_X509(open(base.string() + ".crt", "w").get(), certificate) == 1, "write");
  must(PEM_write_PrivateKey(open(base.string() + ".key", "w").get(), key, nullptr, nullptr, 0,
                            nullptr, nullptr)
         == 1,
       "write key");
}

} // namespace

Authority::Authority(fs::path folder, const std::string& name)
  : folder_(std::move(folder)), name_(name) {
  const auto key = new_key();
  const auto it = blank(name, key.get(), {.ends = std::chrono::hours{48}});
  X509_set_issuer_name(it.get(), X509_get_subject_name(it.get()));
  add(it.get(), NID_basic_constraints, "critical,CA:TRUE");
  add(it.get(), NID_key_usage, "critical,keyCertSign,cRLSign");
  must(X509_sign(it.get(), key.get(), EVP_sha256()) > 0, "sign");
  write(folder_ / name_, it.get(), key.get());
}

TlsSection Authority::issue(const std::string& name, const Wish& wish) const {
  const Certificate ca{PEM_read_X509(open(file(), "r").get(), nullptr, nullptr, nullptr),
                       X509_free};
  const Key ca_key{
    PEM_read_PrivateKey(open(folder_ / (name_ + ".key"), "r").get(), nullptr, nullptr, nullptr),
    EVP_PKEY_free};
  const auto key = new_key();
  const auto it = blank(name, key.get(), wish);
  X509_set_issuer_name(it.get(), X509_get_subject_name(wish.self_signed ? it.get() : ca.get()));
  add(it.get(), NID_basic_constraints, "CA:FALSE");
  add(it.get(), NID_ext_key_usage, wish.use);
  must(X509_sign(it.get(), wish.self_signed ? key.get() : ca_key.get(), EVP_sha256()) > 0, "sign");
  write(folder_ / name, it.get(), key.get());
  return {.certificate = folder_ / (name + ".crt"), .key = folder_ / (name + ".key"), .ca = file()};
}

} // namespace zzz_jobs::node::test
