#pragma once

#include <zzz_jobs/nodes/control/api.hpp>

#include <functional>
#include <map>
#include <string>

namespace zzz_jobs::node::control {

/// A request as far as an answer depends on it.
struct HttpRequest {
  ApiRequest api{};            ///< HEAD is GET here
  std::string authorization{}; ///< the header; empty: none
};

struct HttpReply {
  int status = 200;
  std::string content_type = "text/plain; charset=utf-8";
  std::string body{};
  bool asks_for_token = false;
};

/// What there is at which address, and who may see it.
class HttpSite {
public:
  struct Setting {
    std::string token{};    ///< empty: the API is not offered
    bool open_facts = true; ///< /readyz and /metrics without the token
    ApiChannel& api;
    std::function<std::string()> metrics{}; ///< Prometheus text; empty: 404
  };
  explicit HttpSite(Setting setting) : setting_(std::move(setting)) {}

  /// Whether the request may be answered, before its body is read; else what is said.
  /// 0 in `status`: it may.
  [[nodiscard]] HttpReply admit(const HttpRequest& request) const;
  /// Any thread. Of an admitted request.
  [[nodiscard]] HttpReply answer(const HttpRequest& request) const;

private:
  [[nodiscard]] HttpReply readiness(const HttpRequest& request) const;

  Setting setting_;
};

} // namespace zzz_jobs::node::control
