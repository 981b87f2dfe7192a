#include <zzz_jobs/nodes/control/control_wire.hpp>

#include <zzz_jobs/nodes/control/fields.hpp>

#include <nlohmann/json.hpp>

namespace zzz_jobs::node::control {
namespace {

template <class T>
T given(std::optional<T> value, const std::string& key) {
  if (!value)
    throw Error(errc::invalid_argument, key + ": must be given");
  return std::move(*value);
}

} // namespace

std::string encode(const ApiRequest& request) {
  const Json line{{"method", request.method},
                  {"path", request.path},
                  {"query", request.query},
                  {"body", request.body}};
  try {
    return line.dump() + '\n'; // not made valid: what is stored must be what was sent
  } catch (const Json::exception&) {
    throw Error(errc::invalid_argument, "request: must be UTF-8");
  }
}

std::string encode(const ApiAnswer& answer) {
  return dump({{"status", answer.status}, {"body", answer.body}}) + '\n';
}

ApiRequest decode_request(std::string_view line) {
  const auto object = parse_json("request", line);
  Fields fields(object, "");
  ApiRequest request;
  request.method = given(fields.text("method"), "method");
  request.path = given(fields.text("path"), "path");
  if (const auto* query = fields.any("query")) {
    Fields values(*query, "query: ");
    for (const auto& [key, value] : query->items())
      if (auto text = values.text(key))
        request.query[key] = std::move(*text);
  }
  request.body = fields.text("body").value_or("");
  fields.end();
  return request;
}

ApiAnswer decode_answer(std::string_view line) {
  const auto object = parse_json("answer", line);
  Fields fields(object, "");
  ApiAnswer answer;
  answer.status = static_cast<int>(given(fields.integer("status", {100, 599}), "status"));
  answer.body = given(fields.text("body"), "body");
  return answer;
}

} // namespace zzz_jobs::node::control
