#include <zzz_jobs/nodes/control/bearer_token.hpp>

#include <openssl/crypto.h>
#include <openssl/sha.h>

#include <array>

namespace zzz_jobs::node::control {
namespace {

using Digest = std::array<unsigned char, SHA256_DIGEST_LENGTH>;

/// Digests are of one length, so that the comparison does not tell the token's.
Digest digest_of(std::string_view text) {
  Digest digest{};
  SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data());
  return digest;
}

/// The scheme is of any case.
bool takes_scheme(std::string_view& given) {
  constexpr std::string_view scheme = "bearer ";
  if (given.size() < scheme.size())
    return false;
  for (std::size_t i = 0; i < scheme.size(); ++i)
    if ((given[i] | (scheme[i] == ' ' ? 0 : 0x20)) != scheme[i])
      return false;
  given.remove_prefix(scheme.size());
  return true;
}

} // namespace

bool has_token(std::string_view given, const std::string& token) {
  const bool has_scheme = takes_scheme(given);
  const auto a = digest_of(given);
  const auto b = digest_of(token);
  const bool is_equal = CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
  return has_scheme && is_equal && !token.empty();
}

} // namespace zzz_jobs::node::control
