#pragma once

#include <zzz_jobs/config/clock.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace zzz_jobs::detail::pg {

/// The parameters of one statement in PostgreSQL's binary format, all in one
/// buffer. Their types are those that the statement casts them to. Arrays make
/// its text the same for any number of rows.
class Params {
public:
  void add(std::int64_t value);
  void add(std::int32_t value);
  void add(UnixTime value) { add(std::int64_t{value.time_since_epoch().count()}); }
  void add(std::string_view value);
  void add(const std::optional<std::int64_t>& value);
  void add_null();

  /// bigint[] of `get(row)` for each of `rows`.
  template <class Rows, class Get>
  void add_int64s(const Rows& rows, const Get& get) {
    begin_array(oid_int8, rows.size());
    for (const auto& row : rows)
      element(std::int64_t{get(row)});
    end();
  }
  /// integer[] likewise.
  template <class Rows, class Get>
  void add_int32s(const Rows& rows, const Get& get) {
    begin_array(oid_int4, rows.size());
    for (const auto& row : rows)
      element(std::int32_t{get(row)});
    end();
  }
  /// text[] likewise; a null pointer answered by `get` is NULL.
  template <class Rows, class Get>
  void add_texts(const Rows& rows, const Get& get) {
    begin_array(oid_text, rows.size());
    for (const auto& row : rows)
      element(static_cast<const std::string*>(get(row)));
    end();
  }
  /// bigint[] of `get(row)`, an optional.
  template <class Rows, class Get>
  void add_optional_int64s(const Rows& rows, const Get& get) {
    begin_array(oid_int8, rows.size());
    for (const auto& row : rows) {
      const std::optional<std::int64_t> value = get(row);
      if (value)
        element(*value);
      else
        null_element();
    }
    end();
  }

  // As libpq wants them.
  [[nodiscard]] int count() const noexcept { return static_cast<int>(places_.size()); }
  [[nodiscard]] const char* const* values();
  [[nodiscard]] const int* lengths() const noexcept { return lengths_.data(); }
  /// All of them are binary.
  [[nodiscard]] const int* formats();

private:
  static constexpr std::int32_t oid_int8 = 20;
  static constexpr std::int32_t oid_int4 = 23;
  static constexpr std::int32_t oid_text = 25;
  static constexpr std::size_t no_value = static_cast<std::size_t>(-1);

  void begin() { places_.push_back(buffer_.size()); }
  void end();
  void begin_array(std::int32_t element_type, std::size_t count);
  void element(std::int64_t value);
  void element(std::int32_t value);
  void element(const std::string* value);
  void null_element() { put(std::int32_t{-1}); }
  void put(std::int32_t value);
  void put(std::int64_t value);

  std::string buffer_{};
  std::vector<std::size_t> places_{}; ///< in the buffer, or no_value
  std::vector<int> lengths_{};
  std::vector<const char*> values_{};
  std::vector<int> formats_{};
};

} // namespace zzz_jobs::detail::pg
