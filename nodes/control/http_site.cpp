#include <zzz_jobs/nodes/control/http_site.hpp>

#include <zzz_jobs/nodes/control/bearer_token.hpp>
#include <zzz_jobs/nodes/control/json.hpp>

#include <nlohmann/json.hpp>

namespace zzz_jobs::node::control {
namespace {

constexpr std::string_view api_prefix = "/api/";
constexpr auto* json_type = "application/json";

HttpReply reply(const ApiAnswer& answer) {
  return {.status = answer.status, .content_type = json_type, .body = answer.body + '\n'};
}

bool is_api(const HttpRequest& request) {
  return request.api.path.starts_with(api_prefix);
}

/// A line a check, as "[+] store: sqlite answers", and one of what to do.
std::string lines_of(const ReadJson& health) {
  std::string lines;
  for (const auto& check : health.value("checks", ReadJson::array())) {
    lines += (check.value("ok", false) ? "[+] " : "[-] ") + check.value("name", "") + ": "
      + check.value("text", "") + '\n';
    if (const auto advice = check.value("advice", ""); !advice.empty())
      lines += "    " + advice + '\n';
  }
  return lines;
}

} // namespace

HttpReply HttpSite::admit(const HttpRequest& request) const {
  const auto& path = request.api.path;
  const bool is_known =
    is_api(request) || path == "/" || path == "/livez" || path == "/readyz" || path == "/metrics";
  if (!is_known)
    return reply(refusal(404, "not_found", "there is nothing here; see /"));
  if (!is_api(request) && request.api.method != "GET")
    return reply(refusal(405, "method_not_allowed", "this can only be read"));
  const bool is_open = path == "/" || path == "/livez" || (!is_api(request) && setting_.open_facts);
  if (is_open || has_token(request.authorization, setting_.token))
    return {.status = 0};
  auto refused = reply(refusal(401, "unauthorized",
                               setting_.token.empty()
                                 ? "http: this needs a token, and the node's file sets none"
                                 : "http: wrong or missing token; send \"Authorization: Bearer "
                                   "TOKEN\""));
  refused.asks_for_token = true;
  return refused;
}

HttpReply HttpSite::readiness(const HttpRequest& request) const {
  const auto answer = setting_.api.call({.method = "GET", .path = "/api/v1/health"});
  const auto health = ReadJson::parse(answer.body, nullptr, false);
  const auto status = health.is_object() ? health.value("status", "failed") : "failed";
  const bool is_ready = answer.status == 200;
  std::string body = request.api.query.contains("verbose") || !is_ready ? lines_of(health) : "";
  body += (is_ready ? "ready" : "not ready")
    + (status == "degraded" ? std::string{" (degraded)"} : "") + "\n";
  return {.status = is_ready ? 200 : 503, .body = std::move(body)};
}

HttpReply HttpSite::answer(const HttpRequest& request) const {
  const auto& path = request.api.path;
  if (is_api(request))
    return reply(setting_.api.call(request.api));
  if (path == "/livez")
    return {.body = "alive\n"}; // this process answers: that is all it says
  if (path == "/readyz")
    return readiness(request);
  if (path == "/")
    return {.body = "zzz-jobs: /livez /readyz /readyz?verbose /metrics /api/v1/...\n"};
  if (!setting_.metrics)
    return reply(refusal(404, "not_found", "this node has no metrics"));
  return {.content_type = "text/plain; version=0.0.4; charset=utf-8", .body = setting_.metrics()};
}

} // namespace zzz_jobs::node::control
