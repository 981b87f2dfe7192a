#pragma once

#include <zzz_jobs/config/clock.hpp>

#include <libpq-fe.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace zzz_jobs::detail::pg {

/// The rows that a statement answered, in binary format. Text is valid as long
/// as the rows are.
class Rows {
public:
  explicit Rows(PGresult* result) noexcept : result_(result) {}

  [[nodiscard]] int size() const noexcept { return PQntuples(result_.get()); }
  [[nodiscard]] bool is_null(int row, int column) const noexcept {
    return PQgetisnull(result_.get(), row, column) != 0;
  }
  /// A bigint, integer, xid or boolean; 0 for null.
  [[nodiscard]] std::int64_t integer(int row, int column) const noexcept;
  [[nodiscard]] std::int32_t integer32(int row, int column) const noexcept {
    return static_cast<std::int32_t>(integer(row, column));
  }
  [[nodiscard]] std::string_view text(int row, int column) const noexcept;
  [[nodiscard]] std::optional<std::string> optional_text(int row, int column) const;
  [[nodiscard]] UnixTime time(int row, int column) const noexcept {
    return UnixTime{std::chrono::seconds{integer(row, column)}};
  }
  [[nodiscard]] std::optional<UnixTime> optional_time(int row, int column) const;

  [[nodiscard]] const PGresult* get() const noexcept { return result_.get(); }

private:
  struct Clear {
    void operator()(PGresult* result) const noexcept { PQclear(result); }
  };
  std::unique_ptr<PGresult, Clear> result_;
};

} // namespace zzz_jobs::detail::pg
