#pragma once

#include <zzz_jobs/nodes/control/json.hpp>

#include <cstdint>
#include <initializer_list>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>

namespace zzz_jobs::node::control {

struct Range {
  std::int64_t min = 0;
  std::int64_t max = 0;
};

/// Reads the members of an object that a sender wrote; each may be left out or null.
/// What breaks a rule is refused with Error(invalid_argument): where, key, rule, value.
class Fields {
public:
  /// `where` begins every error, such as "job 3: "; `object` must outlive this.
  Fields(const ReadJson& object, std::string where);

  [[nodiscard]] std::optional<std::string> text(const std::string& key);
  [[nodiscard]] std::optional<std::int64_t> integer(const std::string& key, Range range);
  [[nodiscard]] std::optional<bool> boolean(const std::string& key);
  /// Null where it is absent.
  [[nodiscard]] const ReadJson* any(const std::string& key);
  /// Refuses members that nobody asked for: a misspelt option must not be lost.
  void end() const;

private:
  [[noreturn]] void refuse(const std::string& key, const std::string& rule,
                           const ReadJson& got) const;

  const ReadJson& object_;
  std::string where_;
  std::set<std::string> known_{};
};

/// The same for what stands behind the ? of an address.
class QueryFields {
public:
  explicit QueryFields(const std::map<std::string, std::string>& query) : query_(query) {}

  [[nodiscard]] std::optional<std::string> text(const std::string& key);
  [[nodiscard]] std::optional<std::int64_t> integer(const std::string& key, Range range);
  /// Whether it is the second of the two words; the first where it is absent.
  [[nodiscard]] bool is_second(const std::string& key, std::string_view first,
                               std::string_view second);
  void end() const;

private:
  const std::map<std::string, std::string>& query_;
  std::set<std::string> known_{};
};

/// The number that the whole text is, in base 10.
[[nodiscard]] std::optional<std::int64_t> integer_from(std::string_view text);

/// `text` in quotes, shortened where it is long: what errors show of foreign input.
[[nodiscard]] std::string in_quotes(std::string_view text);

} // namespace zzz_jobs::node::control
