#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

namespace zzz_jobs {

/// What a failure asks of the caller. Values are stable; 0 is "no error".
enum class errc : std::uint8_t {
  invalid_argument = 1,    ///< A field breaks a rule; the text names both.
  invalid_cron_expression, ///< The text names the field and the rule.
  too_large,               ///< A limit is exceeded; the text names it.
  store_full,              ///< The store's capacity is used up: prune, or retry.
  job_not_found,           ///< No job has this id.
  not_allowed,             ///< The job or supervisor is in the wrong state.
  conflict,                ///< A live job holds the unique key.
  unavailable,             ///< Nothing happened; the same call may work later.
  in_doubt,                ///< It may have happened: look before repeating.
  locked,                  ///< Another process owns the store; the text says which.
  schema_too_new,          ///< A newer version of this library made the table.
  corrupt,                 ///< The stored data is damaged: stop and restore.
  unsupported,             ///< This store does not offer the operation.
};

/// The code's name as written above, for logs.
[[nodiscard]] std::string_view to_string(errc code) noexcept;

/// The one exception type of this library. `what()` is a full sentence with
/// key, rule and value: `queue "mail": concurrency must be 1..1000, got 0`.
class Error : public std::runtime_error {
public:
  Error(errc code, const std::string& text) : std::runtime_error(text), code_(code) {}
  [[nodiscard]] errc code() const noexcept { return code_; }

private:
  errc code_;
};

} // namespace zzz_jobs
