#include <zzz_jobs/nodes/control/json.hpp>

#include <nlohmann/json.hpp>

namespace zzz_jobs::node::control {
namespace {

/// Writing a value out is recursive: a deep one would end the process.
constexpr int depth_max = 64;

bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/// Walks over a valid JSON text.
class Walk {
public:
  explicit Walk(std::string_view text) : text_(text) {}

  char peek() {
    while (at_ < text_.size() && is_space(text_[at_]))
      ++at_;
    return at_ < text_.size() ? text_[at_] : '\0';
  }
  void step() { ++at_; }

  std::string_view value() {
    const char first = peek();
    const auto begin = at_;
    if (first == '"')
      skip_string();
    else if (first == '{' || first == '[')
      skip_nested();
    else
      skip_plain();
    return text_.substr(begin, at_ - begin);
  }

private:
  void skip_string() {
    for (++at_; at_ < text_.size() && text_[at_] != '"'; ++at_)
      if (text_[at_] == '\\')
        ++at_;
    step();
  }
  void skip_nested() {
    int depth = 0;
    do {
      const char c = text_[at_];
      if (c == '"') {
        skip_string();
        continue;
      }
      depth += c == '{' || c == '[' ? 1 : c == '}' || c == ']' ? -1 : 0;
      step();
    } while (depth > 0 && at_ < text_.size());
  }
  void skip_plain() {
    while (at_ < text_.size() && !is_space(text_[at_]) && text_[at_] != ',' && text_[at_] != '}'
           && text_[at_] != ']')
      ++at_;
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

} // namespace

ReadJson parse_json(std::string_view what, std::string_view text) {
  const auto shallow = [&](int depth, ReadJson::parse_event_t, ReadJson&) {
    if (depth > depth_max)
      throw Error(errc::invalid_argument,
                  std::string{what} + ": must nest at most " + std::to_string(depth_max) + " deep");
    return true;
  };
  try {
    return ReadJson::parse(text, shallow);
  } catch (const ReadJson::exception& error) {
    // Without the parser's own name, as in "[json.exception.parse_error.101] ".
    std::string_view reason = error.what();
    reason.remove_prefix(std::min(reason.find("] ") + 2, reason.size()));
    throw Error(errc::invalid_argument,
                std::string{what} + ": must be JSON: " + std::string{reason});
  }
}

std::string dump(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

void for_each_member(std::string_view object,
                     const std::function<void(const std::string& key, std::string_view value)>& f) {
  Walk walk(object);
  walk.peek();
  walk.step(); // {
  while (walk.peek() == '"') {
    const auto key = ReadJson::parse(walk.value()).get<std::string>();
    walk.peek();
    walk.step(); // :
    f(key, walk.value());
    if (walk.peek() == ',')
      walk.step();
  }
}

void for_each_element(std::string_view array, const std::function<void(std::string_view)>& f) {
  Walk walk(array);
  walk.peek();
  walk.step(); // [
  while (walk.peek() != ']' && walk.peek() != '\0') {
    f(walk.value());
    if (walk.peek() == ',')
      walk.step();
  }
}

ApiAnswer answer(const Json& json, int status) {
  return {.status = status, .body = dump(json)};
}

ApiAnswer refusal(int status, std::string_view code, std::string_view text) {
  return answer(Json{{"error", text}, {"code", code}}, status);
}

int status_of(errc code) noexcept {
  switch (code) {
    case errc::invalid_argument:
    case errc::invalid_cron_expression: return 400;
    case errc::job_not_found: return 404;
    case errc::not_allowed:
    case errc::conflict: return 409;
    case errc::too_large: return 413;
    case errc::corrupt: return 500;
    case errc::unsupported: return 501;
    case errc::unavailable:
    case errc::locked:
    case errc::schema_too_new: return 503;
    case errc::in_doubt: return 504;
    case errc::store_full: return 507;
  }
  return 500;
}

ApiAnswer refusal(const Error& error) {
  return refusal(status_of(error.code()), to_string(error.code()), error.what());
}

} // namespace zzz_jobs::node::control
