#pragma once

#include <string>
#include <string_view>

namespace zzz_jobs::node::control {

/// Whether `given`, the value of an Authorization header, is "Bearer TOKEN". Takes as
/// long for any wrong token. Never true for an empty token.
[[nodiscard]] bool has_token(std::string_view given, const std::string& token);

} // namespace zzz_jobs::node::control
