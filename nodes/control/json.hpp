#pragma once

#include <zzz_jobs/config/errc.hpp>
#include <zzz_jobs/nodes/control/api.hpp>

#include <nlohmann/json_fwd.hpp>

#include <functional>
#include <string>
#include <string_view>

namespace zzz_jobs::node::control {

/// What is answered: members in the order they were written.
using Json = nlohmann::ordered_json;
/// What is read: found fast however many members a sender writes.
using ReadJson = nlohmann::json;

/// @throws Error(invalid_argument) naming `what` where `text` is no JSON or nests
/// deeper than 64.
[[nodiscard]] ReadJson parse_json(std::string_view what, std::string_view text);

/// Text that is no UTF-8, as other programs may have stored, is made so.
[[nodiscard]] std::string dump(const Json& json);

// Where values lie in a text that parse_json has accepted: numbers and spaces are then
// passed on as their sender wrote them.

/// Each member of an object: `key` is decoded, `value` a part of `object`.
void for_each_member(std::string_view object,
                     const std::function<void(const std::string& key, std::string_view value)>& f);
/// Each element of an array.
void for_each_element(std::string_view array, const std::function<void(std::string_view)>& f);

[[nodiscard]] ApiAnswer answer(const Json& json, int status = 200);
[[nodiscard]] ApiAnswer refusal(int status, std::string_view code, std::string_view text);
/// The status that says what `errc` asks of the caller.
[[nodiscard]] int status_of(errc code) noexcept;
[[nodiscard]] ApiAnswer refusal(const Error& error);

} // namespace zzz_jobs::node::control
