#include <zzz_jobs/config/cron_fields.hpp>

#include <zzz_jobs/config/errc.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace zzz_jobs {
namespace {

constexpr std::size_t text_bytes_max = 1024;

constexpr std::array<std::string_view, 12> month_names{"jan", "feb", "mar", "apr", "may", "jun",
                                                       "jul", "aug", "sep", "oct", "nov", "dec"};
constexpr std::array<std::string_view, 7> weekday_names{"sun", "mon", "tue", "wed",
                                                        "thu", "fri", "sat"};

/// What one of the five fields may contain.
struct Rule {
  std::string_view name;
  unsigned min;
  unsigned max;  ///< the last value of `*` and `a/s`
  unsigned last; ///< the last value that may be written; 7 is Sunday
  std::span<const std::string_view> names;
};

constexpr Rule minute_rule{"minute", 0, 59, 59, {}};
constexpr Rule hour_rule{"hour", 0, 23, 23, {}};
constexpr Rule day_rule{"day of month", 1, 31, 31, {}};
constexpr Rule month_rule{"month", 1, 12, 12, month_names};
constexpr Rule weekday_rule{"day of week", 0, 6, 7, weekday_names};

constexpr std::array<std::pair<std::string_view, std::string_view>, 7> nicknames{{
  {"@hourly", "0 * * * *"},
  {"@daily", "0 0 * * *"},
  {"@midnight", "0 0 * * *"},
  {"@weekly", "0 0 * * 0"},
  {"@monthly", "0 0 1 * *"},
  {"@yearly", "0 0 1 1 *"},
  {"@annually", "0 0 1 1 *"},
}};

/// `text` as it may stand in an error: printable and of bounded length.
std::string shown(std::string_view text) {
  constexpr std::string_view digits = "0123456789abcdef";
  constexpr std::size_t shown_max = 80;
  std::string out;
  for (const char c : text.substr(0, shown_max)) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x20 && byte < 0x7F)
      out += c;
    else
      out.append("\\x").append(1, digits[byte >> 4]).append(1, digits[byte & 15]);
  }
  return text.size() > shown_max ? out + "..." : out;
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_space(char c) {
  return c == ' ' || c == '\t';
}
char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}

bool same_word(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, {}, lower, lower);
}

std::vector<std::string_view> words(std::string_view text) {
  std::vector<std::string_view> out;
  for (auto at = text.begin();;) {
    at = std::find_if_not(at, text.end(), is_space);
    if (at == text.end())
      return out;
    const auto end = std::find_if(at, text.end(), is_space);
    out.emplace_back(at, end);
    at = end;
  }
}

/// Reads one expression; every failure names it, the field and the rule.
class Parser {
public:
  explicit Parser(std::string_view text) : text_(text) {}

  CronFields run() const {
    if (text_.size() > text_bytes_max)
      fail("must be at most " + std::to_string(text_bytes_max) + " bytes, got "
           + std::to_string(text_.size()));
    auto fields = words(text_);
    if (fields.size() == 1 && fields[0].starts_with('@'))
      fields = words(of_nickname(fields[0]));
    if (fields.size() != 5)
      fail("must have 5 fields, got " + std::to_string(fields.size()));
    return checked(fields);
  }

private:
  [[noreturn]] void fail(const std::string& why) const {
    throw Error(errc::invalid_cron_expression, "cron \"" + shown(text_) + "\": " + why);
  }

  [[noreturn]] void fail_value(const Rule& rule, std::string_view got) const {
    auto allowed = std::to_string(rule.min) + ".." + std::to_string(rule.last);
    if (!rule.names.empty())
      allowed.append(" or ").append(rule.names.front()).append("..").append(rule.names.back());
    const bool number = !got.empty() && std::ranges::all_of(got, is_digit);
    fail(std::string{rule.name} + " must be " + allowed + ", got "
         + (number ? shown(got) : "\"" + shown(got) + "\""));
  }

  std::string_view of_nickname(std::string_view word) const {
    for (const auto& [name, meaning] : nicknames)
      if (same_word(name, word))
        return meaning;
    fail("nickname must be @hourly, @daily, @midnight, @weekly, @monthly, @yearly or @annually, "
         "got "
         + shown(word));
  }

  CronFields checked(const std::vector<std::string_view>& fields) const {
    CronFields out;
    out.minutes = field(minute_rule, fields[0]);
    out.hours = static_cast<std::uint32_t>(field(hour_rule, fields[1]));
    out.days = static_cast<std::uint32_t>(field(day_rule, fields[2]));
    out.months = static_cast<std::uint32_t>(field(month_rule, fields[3]));
    const auto weekdays = static_cast<std::uint32_t>(field(weekday_rule, fields[4]));
    out.weekdays = (weekdays | weekdays >> 7) & 0x7FU;
    out.star_day = fields[2].starts_with('*');
    out.star_weekday = fields[4].starts_with('*');
    if (!out.either_day() && !any_day_exists(out))
      fail("day of month must occur in a chosen month, got " + shown(fields[2]) + " in month "
           + shown(fields[3]));
    return out;
  }

  static bool any_day_exists(const CronFields& fields) {
    constexpr std::uint32_t months_of_31 = 0b1'0101'1010'1010;
    constexpr std::uint32_t february = 0b100;
    const auto last = (fields.months & months_of_31) != 0 ? 31U
      : (fields.months & ~february) != 0                  ? 30U
                                                          : 29U;
    return static_cast<unsigned>(std::countr_zero(fields.days)) <= last;
  }

  std::uint64_t field(const Rule& rule, std::string_view list) const {
    std::uint64_t bits = 0;
    for (;;) {
      const auto comma = list.find(',');
      bits |= item(rule, list.substr(0, comma));
      if (comma == std::string_view::npos)
        return bits;
      list.remove_prefix(comma + 1);
    }
  }

  /// One of `*`, `a`, `a-b`, each of them also with `/s`.
  std::uint64_t item(const Rule& rule, std::string_view text) const {
    const auto slash = text.find('/');
    const bool stepped = slash != std::string_view::npos;
    const unsigned step = stepped ? step_of(rule, text.substr(slash + 1)) : 1;
    const auto [first, last] = range(rule, text.substr(0, slash), stepped);
    std::uint64_t bits = 0;
    for (unsigned value = first; value <= last; value += step)
      bits |= std::uint64_t{1} << value;
    return bits;
  }

  std::pair<unsigned, unsigned> range(const Rule& rule, std::string_view text, bool stepped) const {
    if (text == "*")
      return {rule.min, rule.max};
    const auto dash = text.find('-');
    const unsigned first = value(rule, text.substr(0, dash));
    if (dash == std::string_view::npos)
      return {first, stepped ? std::max(first, rule.max) : first};
    unsigned last = value(rule, text.substr(dash + 1));
    if (last == 0 && rule.last == 7)
      last = first == 0 ? 0 : 7; // fri-sun
    if (last < first)
      fail(std::string{rule.name} + " range must not fall, got " + shown(text));
    return {first, last};
  }

  unsigned value(const Rule& rule, std::string_view text) const {
    for (std::size_t n = 0; n < rule.names.size(); ++n)
      if (same_word(rule.names[n], text))
        return rule.min + static_cast<unsigned>(n);
    const auto number = number_of(text);
    if (!number || *number < rule.min || *number > rule.last)
      fail_value(rule, text);
    return *number;
  }

  unsigned step_of(const Rule& rule, std::string_view text) const {
    const unsigned max = rule.max - rule.min + 1;
    const auto number = number_of(text);
    if (!number || *number < 1 || *number > max)
      fail(std::string{rule.name} + " step must be 1.." + std::to_string(max) + ", got "
           + (number ? shown(text) : "\"" + shown(text) + "\""));
    return *number;
  }

  /// The number, or one too large for every field if it has many digits.
  static std::optional<unsigned> number_of(std::string_view text) {
    if (text.empty() || !std::ranges::all_of(text, is_digit))
      return std::nullopt;
    unsigned number = 0;
    for (const char digit : text)
      number = std::min(number * 10 + static_cast<unsigned>(digit - '0'), 1000U);
    return number;
  }

  std::string_view text_;
};

} // namespace

CronFields parse_cron_fields(std::string_view text) {
  return Parser{text}.run();
}

} // namespace zzz_jobs
