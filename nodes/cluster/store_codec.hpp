#pragma once

#include <zzz_jobs/config/clock.hpp>
#include <zzz_jobs/config/errc.hpp>

#include <msgpack.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

// MessagePack of whatever has `wire_fields`: an array of its fields. Numbers are
// checked for their type's range, enumerations for their last value, and nothing
// takes more memory than a multiple of the text's size.

namespace zzz_jobs::node::codec {

using Packer = msgpack::packer<msgpack::sbuffer>;

/// Has a tuple of its fields to be packed.
template <class T>
concept Wired = requires(T& value) {
  wire_fields(value);
};

template <class T>
struct Kind {
  static constexpr bool is_optional = false;
  static constexpr bool is_vector = false;
};
template <class T>
struct Kind<std::optional<T>> {
  static constexpr bool is_optional = true;
  static constexpr bool is_vector = false;
};
template <class T>
struct Kind<std::vector<T>> {
  static constexpr bool is_optional = false;
  static constexpr bool is_vector = true;
};

template <class T>
void put(Packer& packer, const T& value) {
  if constexpr (Wired<T>) {
    std::apply(
      [&](const auto&... field) {
        packer.pack_array(static_cast<std::uint32_t>(sizeof...(field)));
        (put(packer, field), ...);
      },
      wire_fields(value));
  } else if constexpr (Kind<T>::is_optional) {
    if (value)
      put(packer, *value);
    else
      packer.pack_nil();
  } else if constexpr (Kind<T>::is_vector) {
    packer.pack_array(static_cast<std::uint32_t>(value.size()));
    for (const auto& one : value)
      put(packer, one);
  } else if constexpr (std::is_enum_v<T>) {
    packer.pack(static_cast<std::underlying_type_t<T>>(value));
  } else if constexpr (std::is_same_v<T, UnixTime>) {
    packer.pack(static_cast<std::int64_t>(value.time_since_epoch().count()));
  } else if constexpr (std::is_same_v<T, std::chrono::seconds>) {
    packer.pack(static_cast<std::int64_t>(value.count()));
  } else {
    packer.pack(value);
  }
}

/// @throws msgpack::type_error.
template <class T>
void get(const msgpack::object& object, T& value) {
  if constexpr (Wired<T>) {
    if (object.type != msgpack::type::ARRAY)
      throw msgpack::type_error{};
    const auto& array = object.via.array;
    std::uint32_t at = 0;
    std::apply(
      [&](auto&... field) { ((at < array.size ? get(array.ptr[at++], field) : void()), ...); },
      wire_fields(value));
  } else if constexpr (Kind<T>::is_optional) {
    if (object.is_nil())
      value.reset();
    else
      get(object, value.emplace());
  } else if constexpr (Kind<T>::is_vector) {
    if (object.type != msgpack::type::ARRAY)
      throw msgpack::type_error{};
    const auto& array = object.via.array;
    value.resize(array.size);
    for (std::uint32_t i = 0; i < array.size; ++i)
      get(array.ptr[i], value[i]);
  } else if constexpr (std::is_enum_v<T>) {
    std::underlying_type_t<T> number{};
    object.convert(number);
    if (number > static_cast<std::underlying_type_t<T>>(wire_last(T{})))
      throw msgpack::type_error{};
    value = static_cast<T>(number);
  } else if constexpr (std::is_same_v<T, UnixTime> || std::is_same_v<T, std::chrono::seconds>) {
    std::int64_t count = 0;
    object.convert(count);
    value = T{std::chrono::seconds{count}};
  } else {
    object.convert(value);
  }
}

/// One value after the other.
template <class... T>
[[nodiscard]] std::string encoded(const T&... values) {
  msgpack::sbuffer buffer;
  Packer packer{buffer};
  packer.pack_array(static_cast<std::uint32_t>(sizeof...(values)));
  (put(packer, values), ...);
  return {buffer.data(), buffer.size()};
}

/// @throws Error(invalid_argument) if they are not in the text; what is not there at
/// its end keeps its value.
template <class... T>
void decode(std::string_view text, T&... values) {
  try {
    constexpr std::size_t depth_max = 16;
    const auto n = text.size();
    const auto handle = msgpack::unpack(text.data(), n, nullptr, nullptr,
                                        msgpack::unpack_limit(n, n, n, n, n, depth_max));
    const auto& object = handle.get();
    if (object.type != msgpack::type::ARRAY)
      throw msgpack::type_error{};
    const auto& array = object.via.array;
    [[maybe_unused]] std::uint32_t at = 0;
    ((at < array.size ? get(array.ptr[at++], values) : void()), ...);
  } catch (const Error&) {
    throw;
  } catch (const std::exception& error) { // msgpack's, and bad_alloc
    throw Error{errc::invalid_argument,
                std::string{"link: cannot read what a node sent: "} + error.what()};
  }
}

/// The only value of a text.
template <class T>
[[nodiscard]] T decoded(std::string_view text) {
  T value{};
  decode(text, value);
  return value;
}

} // namespace zzz_jobs::node::codec
