#include <zzz_jobs/stores/detail/pg_rows.hpp>

#include <endian.h>

#include <cstring>

namespace zzz_jobs::detail::pg {

std::int64_t Rows::integer(int row, int column) const noexcept {
  const char* bytes = PQgetvalue(result_.get(), row, column);
  switch (PQgetlength(result_.get(), row, column)) {
    case 1: return *bytes;
    case 4: {
      std::uint32_t wire = 0;
      std::memcpy(&wire, bytes, sizeof wire);
      return static_cast<std::int32_t>(be32toh(wire));
    }
    case 8: {
      std::uint64_t wire = 0;
      std::memcpy(&wire, bytes, sizeof wire);
      return static_cast<std::int64_t>(be64toh(wire));
    }
    default: return 0;
  }
}

std::string_view Rows::text(int row, int column) const noexcept {
  return {PQgetvalue(result_.get(), row, column),
          static_cast<std::size_t>(PQgetlength(result_.get(), row, column))};
}

std::optional<std::string> Rows::optional_text(int row, int column) const {
  return is_null(row, column) ? std::nullopt : std::optional{std::string{text(row, column)}};
}

std::optional<UnixTime> Rows::optional_time(int row, int column) const {
  return is_null(row, column) ? std::nullopt : std::optional{time(row, column)};
}

} // namespace zzz_jobs::detail::pg
