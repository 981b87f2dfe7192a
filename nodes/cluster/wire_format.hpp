#pragma once

#include <zzz_jobs/config/errc.hpp>

#include <msgpack.hpp>

#include <cstddef>
#include <string>
#include <string_view>

// What nodes send each other is text made of MessagePack maps, in few CAF messages
// of built-in types: fields may be added, and unknown ones are ignored.

namespace zzz_jobs::node {

template <class T>
[[nodiscard]] std::string to_wire(const T& value) {
  msgpack::sbuffer buffer;
  msgpack::pack(buffer, value);
  return {buffer.data(), buffer.size()};
}

/// @throws Error(invalid_argument) if it is no such thing; nothing that another
/// node sends makes it take more memory than a multiple of the text's size.
template <class T>
[[nodiscard]] T from_wire(std::string_view text) {
  try {
    constexpr std::size_t depth_max = 32;
    const auto n = text.size();
    const auto handle = msgpack::unpack(text.data(), n, nullptr, nullptr,
                                        msgpack::unpack_limit(n, n, n, n, n, depth_max));
    T value{};
    handle.get().convert(value);
    return value;
  } catch (const std::exception& error) { // msgpack's, and bad_alloc
    throw Error{errc::invalid_argument,
                std::string{"cannot read what a node sent: "} + error.what()};
  }
}

} // namespace zzz_jobs::node
