#include <zzz_jobs/config/node/detail/reading.hpp>

#include <zzz_jobs/config/errc.hpp>
#include <zzz_jobs/config/limits.hpp>
#include <zzz_jobs/config/node/detail/toml_file.hpp>
#include <zzz_jobs/config/node/units.hpp>

#include <charconv>

namespace zzz_jobs::node::detail {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t got_bytes_max = 80;
constexpr std::size_t path_bytes_max = 4096;
constexpr std::size_t list_text_bytes_max = 64 * 1024;

/// A number, also one that a variable or flag writes.
const std::int64_t* number_in(const Value& value, std::int64_t& parsed) {
  if (const auto* number = value.get<std::int64_t>())
    return number;
  const auto* text = value.get<std::string>();
  if (text == nullptr || !value.loose)
    return nullptr;
  const auto* end = text->data() + text->size();
  const auto [stopped, error] = std::from_chars(text->data(), end, parsed);
  return error == std::errc{} && stopped == end ? &parsed : nullptr;
}

std::string signed_text(std::int64_t number) {
  const auto magnitude = static_cast<std::uint64_t>(number);
  return number < 0 ? "-" + grouped(0 - magnitude) : grouped(magnitude);
}

std::string unit_name(milliseconds unit) {
  return unit == milliseconds{1} ? "milliseconds" : "seconds";
}

/// The list or table that the text of a variable or flag is, or the value itself.
Value parsed_if_loose(const Value& value, char first) {
  const auto* text = value.get<std::string>();
  if (text == nullptr || !value.loose || !text->starts_with(first))
    return value;
  return parse_toml_value(*text, value.origin).value_or(Value{.data = {}, .origin = value.origin});
}

} // namespace

std::string text_of(const IntegerRange& range) {
  return signed_text(range.low) + " to " + signed_text(range.high);
}

std::string text_of(const DurationRange& range) {
  return duration_text(range.low) + " to " + duration_text(range.high);
}

std::string text_of(const SizeRange& range) {
  return size_text(range.low) + " to " + size_text(range.high);
}

Rule read_integer(const Value& value, const IntegerRange& range, std::int64_t& result) {
  std::int64_t parsed = 0;
  const auto* number = number_in(value, parsed);
  if (number == nullptr)
    return "must be a whole number of " + text_of(range) + got(value);
  if (*number < range.low || *number > range.high)
    return "must be " + text_of(range) + ", got " + signed_text(*number);
  result = *number;
  return {};
}

Rule read_duration(const Value& value, const DurationRange& range, milliseconds unit,
                   milliseconds& result) {
  const auto broken = [&](const std::string& seen) { return "must be " + text_of(range) + seen; };
  std::int64_t parsed = 0;
  if (const auto* number = number_in(value, parsed)) {
    if (*number < range.low / unit || *number > range.high / unit)
      return broken(", got " + signed_text(*number) + " " + unit_name(unit));
    result = unit * *number;
    return {};
  }
  const auto* text = value.get<std::string>();
  const auto duration = text != nullptr ? parse_duration(*text) : std::nullopt;
  if (!duration)
    return "must be a duration such as \"500ms\", \"30s\", \"5m\", \"1h\" or \"2d\", or a number "
           "of "
      + unit_name(unit) + got(value);
  if (*duration < range.low || *duration > range.high)
    return broken(got(value));
  if (*duration % unit != milliseconds{0})
    return "must be whole " + unit_name(unit) + got(value);
  result = *duration;
  return {};
}

Rule read_size(const Value& value, const SizeRange& range, std::uint64_t& result) {
  const auto* number = value.get<std::int64_t>();
  const auto* text = value.get<std::string>();
  std::optional<std::uint64_t> size;
  if (text != nullptr)
    size = parse_size(*text);
  else if (number != nullptr && *number >= 0)
    size = static_cast<std::uint64_t>(*number);
  if (!size)
    return "must be a size such as \"64KiB\", \"512MiB\" or \"2GiB\", or a number of bytes"
      + got(value);
  if (*size < range.low || *size > range.high)
    return "must be " + text_of(range) + got(value);
  result = *size;
  return {};
}

Rule read_boolean(const Value& value, bool& result) {
  const auto* boolean = value.get<bool>();
  const auto* text = value.loose ? value.get<std::string>() : nullptr;
  const bool yes = text != nullptr && (*text == "true" || *text == "1");
  const bool no = text != nullptr && (*text == "false" || *text == "0");
  if (boolean == nullptr && !yes && !no)
    return "must be true or false" + got(value);
  result = boolean != nullptr ? *boolean : yes;
  return {};
}

Rule text_rule(const std::string& text, std::size_t bytes_max) {
  try {
    check_name("", text, bytes_max);
    return {};
  } catch (const Error& error) {
    const std::string rule = error.what();
    return rule.substr(rule.find_first_not_of(": "));
  }
}

Rule read_secret(const Value& value, std::size_t bytes_max, std::string& result) {
  const auto* text = value.get<std::string>();
  if (text == nullptr)
    return "must be a text";
  auto rule = text_rule(*text, bytes_max);
  if (rule.empty())
    result = *text;
  return rule;
}

Rule read_text(const Value& value, std::size_t bytes_max, std::string& result) {
  if (value.get<std::string>() == nullptr)
    return "must be a text" + got(value);
  return read_secret(value, bytes_max, result);
}

Rule read_path(const Value& value, std::filesystem::path& result) {
  std::string text;
  if (auto rule = read_text(value, path_bytes_max, text); !rule.empty())
    return rule;
  std::error_code failed; // the working folder may be gone
  std::filesystem::path base;
  if (value.origin.source == Origin::Source::file)
    base = std::filesystem::path{value.origin.name}.parent_path();
  auto path = std::filesystem::absolute(base / text, failed).lexically_normal();
  result = failed ? base / text : std::move(path);
  return {};
}

Rule read_texts(const Value& given, std::vector<std::string>& result) {
  const auto value = parsed_if_loose(given, '[');
  std::vector<std::string> texts;
  if (const auto* single = value.get<std::string>(); single != nullptr && value.loose) {
    texts.push_back(*single);
  } else if (const auto* list = value.get<List>()) {
    for (const auto& item : *list) {
      const auto* text = item.get<std::string>();
      if (text == nullptr)
        return "must be a list of texts; item " + std::to_string(texts.size() + 1) + " is "
          + kind_of(item);
      texts.push_back(*text);
    }
  } else {
    return "must be a list of texts such as [\"a\", \"b\"], got " + kind_of(value);
  }
  for (std::size_t at = 0; at < texts.size(); ++at)
    if (const auto rule = texts[at].empty() ? Rule{} : text_rule(texts[at], list_text_bytes_max);
        !rule.empty())
      return "item " + std::to_string(at + 1) + " " + rule;
  result = std::move(texts);
  return {};
}

Rule read_pairs(const Value& given, std::vector<std::pair<std::string, std::string>>& result) {
  const auto value = parsed_if_loose(given, '{');
  const auto* table = value.get<Table>();
  if (table == nullptr)
    return "must be a table of texts such as { NAME = \"text\" }, got " + kind_of(value);
  std::vector<std::pair<std::string, std::string>> pairs;
  for (const auto& [name, item] : *table) {
    const auto* text = item.get<std::string>();
    if (text == nullptr)
      return "\"" + name + "\" must be a text, got " + kind_of(item);
    if (const auto rule = text->empty() ? Rule{} : text_rule(*text, list_text_bytes_max);
        !rule.empty())
      return "\"" + name + "\" " + rule;
    pairs.emplace_back(name, *text);
  }
  result = std::move(pairs);
  return {};
}

std::string got(const Value& value) {
  if (const auto* text = value.get<std::string>()) {
    if (text->size() <= got_bytes_max)
      return ", got " + toml_of(value);
    return ", got a text of " + grouped(text->size()) + " bytes";
  }
  if (value.get<std::int64_t>() != nullptr || value.get<double>() != nullptr
      || value.get<bool>() != nullptr)
    return ", got " + json_of(value);
  return ", got " + kind_of(value);
}

std::string any_of(const std::vector<std::string>& names) {
  std::string text;
  for (std::size_t at = 0; at < names.size(); ++at)
    text += (at == 0 ? "" : at + 1 == names.size() ? " or " : ", ") + names[at];
  return text;
}

} // namespace zzz_jobs::node::detail
