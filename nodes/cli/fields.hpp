#pragma once

#include <zzz_jobs/config/clock.hpp>

#include <nlohmann/json_fwd.hpp>

#include <cstdint>
#include <optional>
#include <string>

namespace zzz_jobs::node::cli {

// A node's answers, read without trusting them: a field that is missing, null or of
// another type than it should be is as if it were not there.

[[nodiscard]] std::string text_at(const nlohmann::json& object, const char* key);
[[nodiscard]] std::optional<std::int64_t> number_at(const nlohmann::json& object, const char* key);
[[nodiscard]] bool flag_at(const nlohmann::json& object, const char* key);
/// Unix seconds; none for 0, which stands for "no time".
[[nodiscard]] std::optional<UnixTime> time_at(const nlohmann::json& object, const char* key);
/// An array, empty if there is none.
[[nodiscard]] const nlohmann::json& list_at(const nlohmann::json& object, const char* key);
/// An object, empty if there is none.
[[nodiscard]] const nlohmann::json& object_at(const nlohmann::json& object, const char* key);

/// A number for a table: "" where there is none.
[[nodiscard]] std::string shown_number(const nlohmann::json& object, const char* key);
/// Text for a table, printable: "" where there is none.
[[nodiscard]] std::string shown_text(const nlohmann::json& object, const char* key);

} // namespace zzz_jobs::node::cli
