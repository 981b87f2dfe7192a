#include <zzz_jobs/stores/detail/pg_params.hpp>

#include <endian.h>

#include <cstring>

namespace zzz_jobs::detail::pg {
void Params::put(std::int32_t value) {
  const auto wire = htobe32(static_cast<std::uint32_t>(value));
  char bytes[sizeof wire];
  std::memcpy(bytes, &wire, sizeof wire);
  buffer_.append(bytes, sizeof wire);
}

void Params::put(std::int64_t value) {
  const auto wire = htobe64(static_cast<std::uint64_t>(value));
  char bytes[sizeof wire];
  std::memcpy(bytes, &wire, sizeof wire);
  buffer_.append(bytes, sizeof wire);
}

void Params::end() {
  lengths_.push_back(static_cast<int>(buffer_.size() - places_.back()));
}

void Params::add(std::int64_t value) {
  begin();
  put(value);
  end();
}

void Params::add(std::int32_t value) {
  begin();
  put(value);
  end();
}

void Params::add(std::string_view value) {
  begin();
  buffer_.append(value);
  end();
}

void Params::add(const std::optional<std::int64_t>& value) {
  if (value)
    add(*value);
  else
    add_null();
}

void Params::add_null() {
  places_.push_back(no_value);
  lengths_.push_back(0);
}

void Params::begin_array(std::int32_t element_type, std::size_t count) {
  begin();
  put(std::int32_t{count == 0 ? 0 : 1}); // dimensions
  put(std::int32_t{1});                  // may have nulls
  put(element_type);
  if (count == 0)
    return;
  put(static_cast<std::int32_t>(count));
  put(std::int32_t{1}); // first subscript
}

void Params::element(std::int64_t value) {
  put(static_cast<std::int32_t>(sizeof value));
  put(value);
}

void Params::element(std::int32_t value) {
  put(static_cast<std::int32_t>(sizeof value));
  put(value);
}

void Params::element(const std::string* value) {
  if (value == nullptr) {
    null_element();
    return;
  }
  put(static_cast<std::int32_t>(value->size()));
  buffer_.append(*value);
}

/// Made at last: the buffer moves while it grows.
const char* const* Params::values() {
  values_.clear();
  for (const auto place : places_)
    values_.push_back(place == no_value ? nullptr : buffer_.data() + place);
  return values_.data();
}

const int* Params::formats() {
  formats_.assign(places_.size(), 1);
  return formats_.data();
}

} // namespace zzz_jobs::detail::pg
