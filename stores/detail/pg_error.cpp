#include <zzz_jobs/stores/detail/pg_error.hpp>

namespace zzz_jobs::detail::pg {
namespace {

constexpr std::string_view insufficient_privilege = "42501";
constexpr std::string_view data_corrupted = "XX001";
constexpr std::string_view index_corrupted = "XX002";

/// Classes that a row's values bring about: data exceptions, constraints,
/// `RAISE` in a trigger.
bool is_about_values(std::string_view sqlstate) noexcept {
  const auto group = sqlstate.substr(0, 2);
  return group == "22" || group == "23" || group == "P0";
}

} // namespace

// What is not known to be somebody's fault may pass: a database in the middle of
// a restore, say, has no table for a while.
errc errc_of_sqlstate(std::string_view sqlstate) noexcept {
  if (is_about_values(sqlstate))
    return errc::invalid_argument;
  if (sqlstate == insufficient_privilege)
    return errc::not_allowed;
  if (sqlstate == data_corrupted || sqlstate == index_corrupted)
    return errc::corrupt;
  return errc::unavailable;
}

bool is_worth_repeating(std::string_view sqlstate) noexcept {
  return sqlstate == "40001" || sqlstate == "40P01";
}

bool is_lock_timeout(std::string_view sqlstate) noexcept {
  return sqlstate == "55P03";
}

bool ends_session(std::string_view sqlstate) noexcept {
  return sqlstate.empty() || sqlstate.substr(0, 2) == "08" || sqlstate.substr(0, 4) == "57P0";
}

std::string one_line(std::string_view message) {
  std::string line;
  for (const char byte : message) {
    if (static_cast<unsigned char>(byte) >= ' ')
      line += byte;
    else if (!line.empty() && line.back() != ' ')
      line += ' ';
  }
  while (!line.empty() && line.back() == ' ')
    line.pop_back();
  return line;
}

} // namespace zzz_jobs::detail::pg
