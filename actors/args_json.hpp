#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace zzz_jobs {

// Typed arguments are mapped by msgpack-c and kept as JSON, so that SQL, the
// command line and other languages can read them. Byte strings become
// {"$bytes": "base64"}, extension types have "$ext" beside it.

/// The JSON text of one MessagePack value.
/// @throws Error(invalid_argument) for what JSON cannot hold: NaN and infinity,
/// map keys that are no strings, invalid UTF-8, nesting deeper than 64, bytes
/// after the value.
[[nodiscard]] std::string json_from_msgpack(const char* data, std::size_t size);

/// The MessagePack of one JSON value.
/// @throws Error(invalid_argument) where `json` is no JSON, or nests too deep.
[[nodiscard]] std::vector<char> msgpack_from_json(std::string_view json);

} // namespace zzz_jobs
