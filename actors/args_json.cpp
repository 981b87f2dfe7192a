#include <zzz_jobs/actors/args_json.hpp>
#include <zzz_jobs/config/errc.hpp>

#include <msgpack.hpp>
#include <nlohmann/json.hpp>

#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
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
  if (text.size() % 4 == 0) // padding may be left out, but not be wrong
    for (int i = 0; i < 2 && text.ends_with('='); ++i)
      text.remove_suffix(1);
  if (text.size() % 4 == 1)
    refuse("\"$bytes\" must be base64");
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

/// Goes over all of it before memory is taken for what it announces.
class DepthGuard : public msgpack::null_visitor {
public:
  bool start_array(std::uint32_t) { return deeper(); }
  bool start_map(std::uint32_t) { return deeper(); }
  bool end_array() { return higher(); }
  bool end_map() { return higher(); }
  [[nodiscard]] bool too_deep() const noexcept { return depth_ > depth_max; }

private:
  bool deeper() { return ++depth_ <= depth_max; }
  bool higher() {
    --depth_;
    return true;
  }

  int depth_ = 0;
};

/// An object that stands for bytes; no other map may look like one.
bool is_bytes(const json& value) {
  const auto bytes = value.find(bytes_key);
  if (bytes == value.end() || !bytes->is_string())
    return false;
  const auto ext = value.find(ext_key);
  return value.size() == 1 || (value.size() == 2 && ext != value.end() && ext->is_number_integer());
}

json to_json(const msgpack::object& value);

json map_to_json(const msgpack::object_map& map) {
  json object = json::object();
  for (std::uint32_t i = 0; i < map.size; ++i) {
    const auto& key = map.ptr[i].key;
    if (key.type != msgpack::type::STR)
      refuse("map keys must be strings");
    object[std::string{key.via.str.ptr, key.via.str.size}] = to_json(map.ptr[i].val);
  }
  if (is_bytes(object))
    refuse("a map of \"$bytes\" would be read as bytes");
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

/// One whole value, not nested too deep: what an unpacker may build.
void check_msgpack(const char* data, std::size_t size) {
  DepthGuard guard;
  std::size_t offset = 0;
  const bool whole = msgpack::parse(data, size, offset, guard);
  if (guard.too_deep())
    refuse("must not nest deeper than " + std::to_string(depth_max));
  if (!whole || offset != size)
    refuse("must be one whole MessagePack value");
}

// --- JSON to MessagePack ------------------------------------------------------

using Packer = msgpack::packer<msgpack::sbuffer>;

/// The packer makes integers of whole numbers, and 0 of -0.0.
void pack_double(msgpack::sbuffer& buffer, double value) {
  const auto bits = std::bit_cast<std::uint64_t>(value);
  std::array<char, 9> bytes{'\xCB'};
  for (unsigned i = 0; i < 8; ++i)
    bytes[i + 1] = static_cast<char>(bits >> (56U - 8U * i) & 0xFFU);
  buffer.write(bytes.data(), bytes.size());
}

std::uint32_t length(std::size_t size) {
  if (size > std::numeric_limits<std::uint32_t>::max())
    refuse("must not have parts of 4 GiB and more");
  return static_cast<std::uint32_t>(size);
}

std::int8_t ext_type(const json& value) {
  using Range = std::numeric_limits<std::int8_t>;
  if (value.is_number_unsigned() && value.get<std::uint64_t>() > Range::max())
    refuse("\"$ext\" must be -128..127");
  const auto type = value.get<std::int64_t>();
  if (type < Range::min())
    refuse("\"$ext\" must be -128..127");
  return static_cast<std::int8_t>(type);
}

void pack_bytes(Packer& packer, const json& value) {
  const auto bytes = from_base64(value[bytes_key].get_ref<const std::string&>());
  if (value.size() == 1) {
    packer.pack_bin(length(bytes.size()));
    packer.pack_bin_body(bytes.data(), length(bytes.size()));
  } else {
    packer.pack_ext(length(bytes.size()), ext_type(value[ext_key]));
    packer.pack_ext_body(bytes.data(), length(bytes.size()));
  }
}

void pack_string(Packer& packer, const std::string& text) {
  packer.pack_str(length(text.size()));
  packer.pack_str_body(text.data(), length(text.size()));
}

void pack(msgpack::sbuffer& buffer, const json& value) {
  Packer packer{buffer};
  switch (value.type()) {
    case json::value_t::boolean: packer.pack(value.get<bool>()); break;
    case json::value_t::number_integer: packer.pack(value.get<std::int64_t>()); break;
    case json::value_t::number_unsigned: packer.pack(value.get<std::uint64_t>()); break;
    case json::value_t::number_float: pack_double(buffer, value.get<double>()); break;
    case json::value_t::string: pack_string(packer, value.get_ref<const std::string&>()); break;
    case json::value_t::array:
      packer.pack_array(length(value.size()));
      for (const auto& item : value)
        pack(buffer, item);
      break;
    case json::value_t::object:
      if (is_bytes(value))
        return pack_bytes(packer, value);
      packer.pack_map(length(value.size()));
      for (const auto& [key, item] : value.items()) {
        pack_string(packer, key);
        pack(buffer, item);
      }
      break;
    case json::value_t::null:
    case json::value_t::binary:
    case json::value_t::discarded: packer.pack_nil(); break;
  }
}

json parse(std::string_view text) {
  // The callback sees the depth before the parser builds or anything recurses.
  const auto guard = [](int depth, json::parse_event_t event, const json&) {
    const bool opens =
      event == json::parse_event_t::array_start || event == json::parse_event_t::object_start;
    if (opens && depth >= depth_max)
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
  try {
    check_msgpack(data, size);
    const auto handle = msgpack::unpack(data, size);
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
  pack(buffer, value);
  return {buffer.data(), buffer.data() + buffer.size()};
}

} // namespace zzz_jobs
