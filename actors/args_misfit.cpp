#include <zzz_jobs/actors/typed_worker.hpp>

#include <cstddef>
#include <cstring>
#include <vector>

namespace zzz_jobs::detail {
namespace {

using msgpack::object;
using Fits = std::function<bool(const object&)>;

constexpr std::size_t misfits_max = 3;
constexpr std::size_t name_bytes_max = 64;

struct Kind {
  const char* name;
  object sample;
};

object object_of(msgpack::type::object_type type) {
  object value;
  value.type = type;
  std::memset(&value.via, 0, sizeof value.via); // empty, zero or false, whatever the type
  return value;
}

object half() {
  auto value = object_of(msgpack::type::FLOAT64);
  value.via.f64 = 0.5;
  return value;
}

/// One value of each kind that JSON knows.
const std::vector<Kind>& kinds() {
  static const std::vector<Kind> all{{"a boolean", object_of(msgpack::type::BOOLEAN)},
                                     {"an integer", object_of(msgpack::type::POSITIVE_INTEGER)},
                                     {"a number", half()},
                                     {"a string", object_of(msgpack::type::STR)},
                                     {"bytes", object_of(msgpack::type::BIN)},
                                     {"an array", object_of(msgpack::type::ARRAY)},
                                     {"an object", object_of(msgpack::type::MAP)},
                                     {"null", object_of(msgpack::type::NIL)}};
  return all;
}

std::string kind_of(const object& value) {
  switch (value.type) {
    case msgpack::type::NEGATIVE_INTEGER: return "an integer";
    case msgpack::type::FLOAT32:
    case msgpack::type::FLOAT64: return "a number";
    case msgpack::type::EXT: return "an extension type";
    default: break;
  }
  for (const auto& kind : kinds())
    if (kind.sample.type == value.type)
      return kind.name;
  return "something else";
}

std::vector<std::string> kinds_that(const Fits& fits) {
  std::vector<std::string> names;
  for (const auto& kind : kinds()) {
    if (!fits(kind.sample))
      continue;
    // Who takes a number takes integers, who takes a string mostly takes bytes.
    if (!names.empty() && kind.name == std::string_view{"a number"} && names.back() == "an integer")
      names.pop_back();
    if (!names.empty() && kind.name == std::string_view{"bytes"} && names.back() == "a string")
      continue;
    names.emplace_back(kind.name);
  }
  return names;
}

std::string wish(const object& value, const Fits& fits) {
  const auto wanted = kinds_that(fits);
  const auto got = kind_of(value);
  if (wanted.empty())
    return "has another type than the worker expects, got " + got;
  std::string text;
  for (const auto& kind : wanted) {
    if (kind == got)
      return "must be " + kind + " that the worker's type can hold";
    text += (text.empty() ? "must be " : " or ") + kind;
  }
  return text + ", got " + got;
}

/// Looks for the parts that alone make a value unfit. A part is tried within a
/// value that is otherwise empty, as absent fields do no harm.
class Search {
public:
  void look(const object& value, const Fits& fits, const std::string& path) {
    if (found_.size() == misfits_max || fits(value))
      return;
    const auto before = found_.size();
    if (value.type == msgpack::type::MAP && fits(object_of(msgpack::type::MAP)))
      look_into_map(value.via.map, fits, path);
    else if (value.type == msgpack::type::ARRAY && fits(object_of(msgpack::type::ARRAY)))
      look_into_array(value.via.array, fits, path);
    if (found_.size() == before)
      found_.push_back((path.empty() ? std::string{"they"} : "field \"" + path + "\"") + " "
                       + wish(value, fits));
  }

  [[nodiscard]] const std::vector<std::string>& found() const noexcept { return found_; }

private:
  void look_into_map(const msgpack::object_map& map, const Fits& fits, const std::string& path) {
    for (std::uint32_t i = 0; i < map.size; ++i) {
      const auto& entry = map.ptr[i];
      const auto alone = [&](const object& part) {
        msgpack::object_kv only{entry.key, part};
        auto whole = object_of(msgpack::type::MAP);
        whole.via.map.size = 1;
        whole.via.map.ptr = &only;
        return fits(whole);
      };
      const std::string key{entry.key.via.str.ptr, entry.key.via.str.size};
      look(entry.val, alone, path.empty() ? shown(key) : path + "." + shown(key));
    }
  }

  void look_into_array(const msgpack::object_array& array, const Fits& fits,
                       const std::string& path) {
    const auto alone = [&](const object& part) {
      auto only = part;
      auto whole = object_of(msgpack::type::ARRAY);
      whole.via.array.size = 1;
      whole.via.array.ptr = &only;
      return fits(whole);
    };
    for (std::uint32_t i = 0; i < array.size; ++i)
      look(array.ptr[i], alone, path + "[" + std::to_string(i) + "]");
  }

  static std::string shown(const std::string& key) {
    return key.size() <= name_bytes_max ? key : key.substr(0, name_bytes_max) + "...";
  }

  std::vector<std::string> found_{};
};

} // namespace

std::string misfit(const object& value, const Fits& fits) {
  Search search;
  search.look(value, fits, {});
  std::string text = "args: ";
  for (const auto& one : search.found())
    text += (&one == &search.found().front() ? "" : "; ") + one;
  return text;
}

} // namespace zzz_jobs::detail
