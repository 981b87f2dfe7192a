#pragma once

#include <zzz_jobs/nodes/control/api.hpp>

#include <string>
#include <string_view>

namespace zzz_jobs::node::control {

// What goes over the control socket: a JSON object a line, a request then its answer,
// several after each other.

/// @throws Error(invalid_argument) where a part is no UTF-8.
[[nodiscard]] std::string encode(const ApiRequest& request);
[[nodiscard]] std::string encode(const ApiAnswer& answer);

/// @throws Error(invalid_argument) naming the key.
[[nodiscard]] ApiRequest decode_request(std::string_view line);
[[nodiscard]] ApiAnswer decode_answer(std::string_view line);

} // namespace zzz_jobs::node::control
