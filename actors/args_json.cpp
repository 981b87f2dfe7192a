#include <zzz_jobs/actors/args_json.hpp>
#include <zzz_jobs/config/errc.hpp>

#include <msgpack.hpp>
#include <nlohmann/json.hpp>

#include <array>
#include <cmath>
#include <cstdint>
#include <utility>

namespace zzz_jobs {
namespace {

using nlohmann::json;

constexpr int depth_max = 64;
constexpr const char* bytes_key = "$bytes";
constexpr const char* ext_key = "$ext";

[[noreturn]] void refuse(const std::string& rule) {
  throw Error(errc::invalid_argument, "args: " + rule);
}

// --- base64, RFC 4648 with padding ------------------------------------------

constexpr std::string_view alphabet =
  "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

std::string to_base64(std::string_view bytes) {
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const auto byte_at = [&](std::size_t k) -> std::uint32_t {
      return i + k < bytes.size() ? static_cast<unsigned char>(bytes[i + k]) : 0U;
    };
    const auto group = byte_at(0) << 16U | byte_at(1) << 8U | byte_at(2);
    for (std::size_t k = 0; k < 4; ++k)
      text += i + k <= bytes.size() ? alphabet[group >> (18U - 6U * k) & 63U] : '=';
  }
  return text;
}

std::string from_base64(std::string_view text) {
  while (!text.empty() && text.back() == '=')
    text.remove_suffix(1);
  std::string bytes;
  std::uint32_t group = 0;
  unsigned bits = 0;
  for (const char c : text) {
    const auto value = alphabet.find(c);
    if (value == std::string_view::npos)
      refuse("\"$bytes\" must be base64");
    group = group << 6U | static_cast<std::uint32_t>(value);
    bits += 6;
    if (bits < 8)
      continue;
    bits -= 8;
    bytes += static_cast<char>(group >> bits & 0xFFU);
  }
  return bytes;
}

// --- MessagePack to JSON ------------------------------------------------------

json to_json(const msgpack::object& value);

json map_to_json(const msgpack::object_map& map) {
  json object = json::object();
  for (std::uint32_t i = 0; i < map.size; ++i) {
    const auto& key = map.ptr[i].key;
    if (key.type != msgpack::type::STR)
      refuse("map keys must be strings");
    object[std::string{key.via.str.ptr, key.via.str.size}] = to_json(map.ptr[i].val);
  }
  return object;
}

json array_to_json(const msgpack::object_array& items) {
  json array = json::array();
  for (std::uint32_t i = 0; i < items.size; ++i)
    array.push_back(to_json(items.ptr[i]));
  return array;
}

json number_to_json(double value) {
  if (!std::isfinite(value))
    refuse("numbers must be finite");
  return value;
}

json to_json(const msgpack::object& value) {
  switch (value.type) {
    case msgpack::type::NIL: return nullptr;
    case msgpack::type::BOOLEAN: return value.via.boolean;
    case msgpack::type::POSITIVE_INTEGER: return value.via.u64;
    case msgpack::type::NEGATIVE_INTEGER: return value.via.i64;
    case msgpack::type::FLOAT32:
    case msgpack::type::FLOAT64: return number_to_json(value.via.f64);
    case msgpack::type::STR: return std::string{value.via.str.ptr, value.via.str.size};
    case msgpack::type::BIN:
      return {{bytes_key, to_base64({value.via.bin.ptr, value.via.bin.size})}};
    case msgpack::type::EXT:
      return {{bytes_key, to_base64({value.via.ext.data(), value.via.ext.size})},
              {ext_key, static_cast<int>(value.via.ext.type())}};
    case msgpack::type::ARRAY: return array_to_json(value.via.array);
    case msgpack::type::MAP: return map_to_json(value.via.map);
  }
  refuse("unknown MessagePack type");
}

// --- JSON to MessagePack ------------------------------------------------------

using Packer = msgpack::packer<msgpack::sbuffer>;

std::uint32_t length(std::size_t size) { return static_cast<std::uint32_t>(size); }

bool is_bytes(const json& value) {
  const auto bytes = value.find(bytes_key);
  if (bytes == value.end() || !bytes->is_string())
    return false;
  const auto ext = value.find(ext_key);
  return value.size() == 1 || (value.size() == 2 && ext != value.end() && ext->is_number_integer());
}

void pack_bytes(Packer& packer, const json& value) {
  const auto bytes = from_base64(value[bytes_key].get_ref<const std::string&>());
  if (value.size() == 1) {
    packer.pack_bin(length(bytes.size()));
    packer.pack_bin_body(bytes.data(), length(bytes.size()));
  } else {
    packer.pack_ext(bytes.size(), value[ext_key].get<std::int8_t>());
    packer.pack_ext_body(bytes.data(), length(bytes.size()));
  }
}

void pack_string(Packer& packer, const std::string& text) {
  packer.pack_str(length(text.size()));
  packer.pack_str_body(text.data(), length(text.size()));
}

void pack(Packer& packer, const json& value) {
  switch (value.type()) {
    case json::value_t::boolean: packer.pack(value.get<bool>()); break;
    case json::value_t::number_integer: packer.pack(value.get<std::int64_t>()); break;
    case json::value_t::number_unsigned: packer.pack(value.get<std::uint64_t>()); break;
    case json::value_t::number_float: packer.pack(value.get<double>()); break;
    case json::value_t::string: pack_string(packer, value.get_ref<const std::string&>()); break;
    case json::value_t::array:
      packer.pack_array(length(value.size()));
      for (const auto& item : value)
        pack(packer, item);
      break;
    case json::value_t::object:
      if (is_bytes(value))
        return pack_bytes(packer, value);
      packer.pack_map(length(value.size()));
      for (const auto& [key, item] : value.items()) {
        pack_string(packer, key);
        pack(packer, item);
      }
      break;
    case json::value_t::null:
    case json::value_t::binary:
    case json::value_t::discarded: packer.pack_nil(); break;
  }
}

json parse(std::string_view text) {
  // The callback sees the depth before the parser builds or anything recurses.
  const auto guard = [](int depth, json::parse_event_t, const json&) {
    if (depth > depth_max)
      refuse("must not nest deeper than " + std::to_string(depth_max));
    return true;
  };
  try {
    return json::parse(text, guard);
  } catch (const json::exception& error) {
    refuse(std::string{"must be JSON: "} + error.what());
  }
}

} // namespace

std::string json_from_msgpack(const char* data, std::size_t size) {
  // What is announced must be there: hostile sizes are refused before memory is
  // taken for them.
  const msgpack::unpack_limit limit(size, size, size, size, size, depth_max);
  try {
    std::size_t offset = 0;
    const auto handle = msgpack::unpack(data, size, offset, nullptr, nullptr, limit);
    if (offset != size)
      refuse("must be one MessagePack value");
    return to_json(handle.get()).dump();
  } catch (const msgpack::unpack_error& error) {
    refuse(std::string{"must be MessagePack: "} + error.what());
  } catch (const json::exception& error) {
    refuse(std::string{"must be UTF-8: "} + error.what());
  }
}

std::vector<char> msgpack_from_json(std::string_view text) {
  const auto value = parse(text);
  msgpack::sbuffer buffer;
  Packer packer{buffer};
  pack(packer, value);
  return {buffer.data(), buffer.data() + buffer.size()};
}

} // namespace zzz_jobs
